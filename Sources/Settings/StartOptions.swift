// SPDX-License-Identifier: Apache-2.0

package import Support

/// The limits of the daemon's start.
package struct StartOptions: Sendable, Equatable {
    /// The time, in seconds, within which AWS must answer the first poll, 0...86400; 0: no limit.
    package var timeoutSeconds = 0

    package init() {}

    /// Lists the options with invalid values.
    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        OptionProblem.check("timeoutSeconds", timeoutSeconds, in: 0...86400, &found)
        return found
    }
}
