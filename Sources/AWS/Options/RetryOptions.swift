// SPDX-License-Identifier: Apache-2.0

package import Support

/// The options for the retries of calls to AWS.
package struct RetryOptions: Sendable, Equatable {
    /// The maximum number of attempts of a call, including the first, 1...20; nil for the value of `AWS_MAX_ATTEMPTS`,
    /// the profile's `max_attempts` or 3, in this order.
    package var maxAttempts: Int?

    package init() {}

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        if let maxAttempts { OptionProblem.check("maxAttempts", maxAttempts, in: Self.range, &found) }
        return found
    }

    private static let range = 1...20

    /// The names of the retry modes of the AWS SDKs. All of them are accepted, and each one selects the standard mode.
    private static let modes = ["standard", "adaptive", "legacy"]

    /// Sets `maxAttempts` from the environment or the profile when it is nil.
    ///
    /// - Throws: `AWSError` of the kind `.configuration` for an invalid number or mode.
    mutating func complete(
        from host: HostEnvironment, _ profile: [String: String]
    ) throws(AWSError) {
        if let mode = host.variable("AWS_RETRY_MODE") ?? profile["retry_mode"],
            !Self.modes.contains(mode.lowercased())
        {
            throw AWSError(
                .configuration, operation: "AWS_RETRY_MODE or retry_mode",
                message: "must be standard, adaptive or legacy (got \(mode))")
        }
        guard maxAttempts == nil else { return }
        let text = host.variable("AWS_MAX_ATTEMPTS") ?? profile["max_attempts"]
        guard let attempts = Int(text ?? "3"), Self.range.contains(attempts) else {
            throw AWSError(
                .configuration, operation: "AWS_MAX_ATTEMPTS or max_attempts",
                message: "must be 1...20 (got \(text ?? ""))")
        }
        maxAttempts = attempts
    }
}
