// SPDX-License-Identifier: Apache-2.0

/// The pause before a retry: exponential backoff with full jitter, as in the standard retry mode of the AWS SDKs
/// (AWS SDKs and Tools Reference Guide, "Retry behavior").
struct RetryBackoff: Sendable {
    /// The upper bound of the first pause after a transient failure. It doubles with each retry.
    static let base = Duration.milliseconds(50)
    /// The upper bound of the first pause after throttling.
    static let throttledBase = Duration.seconds(1)
    /// The upper bound of every computed pause.
    static let maximum = Duration.seconds(20)
    /// The longest time by which `x-amz-retry-after` can extend the computed pause.
    static let maxExtension = Duration.seconds(5)

    /// Returns `jitter * min(base * 2^retry, maximum)`, extended to `retryAfter` by at most `maxExtension`: 0...25 s.
    ///
    /// - Parameters:
    ///   - retry: the number of the retry; 0 for the first.
    ///   - throttled: true after throttling.
    ///   - retryAfter: the value of `x-amz-retry-after`.
    ///   - jitter: a random number in 0..<1.
    static func delay(retry: Int, throttled: Bool, retryAfter: Duration?, jitter: Double) -> Duration {
        let base = throttled ? throttledBase : base
        let computed = min(base * (1 << min(max(retry, 0), 20)), maximum) * jitter
        guard let retryAfter else { return computed }
        return min(max(retryAfter, computed), computed + maxExtension)
    }
}
