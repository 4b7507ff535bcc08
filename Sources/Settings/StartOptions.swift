// SPDX-License-Identifier: Apache-2.0

package import Support

/// The options of the start of the daemon.
package struct StartOptions: Sendable, Equatable {
    /// The maximum time in seconds until the first successful poll of the queue, 0...86400; 0 for no limit. The daemon
    /// exits when the time has passed.
    package var timeoutSeconds = 0

    package init() {}

    /// Returns a problem for each option with an invalid value.
    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        OptionProblem.check("timeoutSeconds", timeoutSeconds, in: 0...86400, &found)
        return found
    }
}
