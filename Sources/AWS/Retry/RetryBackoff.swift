// SPDX-License-Identifier: Apache-2.0

/// How long to wait before a retry: exponential with full jitter, as in the standard retry mode of the AWS
/// SDKs.
struct RetryBackoff: Sendable {
    static let longest = Duration.seconds(20)
    static let base = Duration.milliseconds(50)
    static let throttledBase = Duration.seconds(1)
    /// A server may ask for at most this much more than would be waited anyway.
    static let mostAdded = Duration.seconds(5)

    /// - Parameters:
    ///   - retry: 0 for the first retry.
    ///   - throttled: whether the service said that it is asked too much.
    ///   - hint: what `x-amz-retry-after` says.
    ///   - jitter: in 0..<1.
    /// - Returns: 0...25 s.
    static func delay(retry: Int, throttled: Bool, hint: Duration?, jitter: Double) -> Duration {
        let base = throttled ? throttledBase : base
        let computed = min(base * (1 << min(max(retry, 0), 20)), longest) * jitter
        guard let hint else { return computed }
        return min(max(hint, computed), computed + mostAdded)
    }
}
