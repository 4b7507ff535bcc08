// SPDX-License-Identifier: Apache-2.0

import Support

/// The difference between the clock of AWS and the clock of this machine, measured when a service refuses a signature.
/// All clients of a session share it.
struct ClockSkew: Sendable {
    /// The maximum difference in seconds that is not corrected, because services accept signatures up to this
    /// difference (aws-sdk-swift, `AWSClockSkewProvider`).
    static let ignored = 300.0

    private let stored = Locked(0.0)

    /// The number of seconds that is added to the time of the local wall clock: positive when that clock is slow,
    /// negative when it is fast, and 0 before the first correction.
    var seconds: Double { stored.withLock { $0 } }

    /// Updates the difference by the server's time in the response to a refused request. All times are in seconds since
    /// 1970-01-01T00:00:00Z.
    ///
    /// - Parameters:
    ///   - serverTime: the value of the header `Date` of the response.
    ///   - signingTime: the corrected local time in the signature of the request.
    ///   - localTime: the time of the local wall clock when the response arrived.
    /// - Returns: true when the signing time was wrong, so that a new signature can be accepted. This includes the case
    ///   that another call has corrected the difference in the meantime.
    func learn(serverTime: Double, signingTime: Double, localTime: Double) -> Bool {
        guard abs(serverTime - signingTime) > Self.ignored else { return false }
        stored.withLock { $0 = serverTime - localTime }
        return true
    }
}
