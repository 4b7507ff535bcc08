// SPDX-License-Identifier: Apache-2.0

/// The pause before a retry: exponential backoff with full jitter, as in the standard retry mode of the AWS SDKs
/// (AWS SDKs and Tools Reference Guide, "Retry behavior").
struct RetryBackoff: Sendable {
    /// The upper bound of the first pause after a transient failure. The bound doubles with each retry.
    static let base = Duration.milliseconds(50)
    /// The upper bound of the first pause after throttling. The bound doubles with each retry.
    static let throttledBase = Duration.seconds(1)
    /// The upper bound of every pause before its extension by `x-amz-retry-after`.
    static let maximum = Duration.seconds(20)
    /// The maximum time by which the header `x-amz-retry-after` can extend a pause.
    static let maxExtension = Duration.seconds(5)

    /// Returns the pause, 0...25 s: `jitter * min(base * 2^retry, maximum)`. When `retryAfter` is longer, the pause is
    /// `retryAfter`, but at most `maxExtension` longer than this formula gives.
    ///
    /// - Parameters:
    ///   - retry: the number of the retry, counted from 0.
    ///   - throttled: true for a pause after throttling.
    ///   - retryAfter: the value of the header `x-amz-retry-after`; nil when it is absent.
    ///   - jitter: a random number in 0..<1.
    static func delay(retry: Int, throttled: Bool, retryAfter: Duration?, jitter: Double) -> Duration {
        let base = throttled ? throttledBase : base
        let computed = min(base * (1 << min(max(retry, 0), 20)), maximum) * jitter
        guard let retryAfter else { return computed }
        return min(max(retryAfter, computed), computed + maxExtension)
    }
}
