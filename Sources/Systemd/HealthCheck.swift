// SPDX-License-Identifier: Apache-2.0

/// A check that one part of the daemon works. The systemd watchdog and the liveness probe use the checks.
package struct HealthCheck: Sendable {
    /// The name of the checked part of the daemon, such as `network`.
    package var name: String
    /// The function that returns the reason why the part is considered hung, or nil while it works. Any thread may call
    /// the function, which must not block.
    package var problem: @Sendable () -> String?

    package init(_ name: String, problem: @escaping @Sendable () -> String?) {
        self.name = name
        self.problem = problem
    }
}
