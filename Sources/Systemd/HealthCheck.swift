// SPDX-License-Identifier: Apache-2.0

/// A check of one part of the daemon, for the watchdog and for the liveness probe.
package struct HealthCheck: Sendable {
    /// The name of the part, as `network`.
    package var name: String
    /// Returns the reason for which the part is considered hung, or nil while it works. It is called on any thread
    /// and must not block.
    package var problem: @Sendable () -> String?

    package init(_ name: String, problem: @escaping @Sendable () -> String?) {
        self.name = name
        self.problem = problem
    }
}
