// SPDX-License-Identifier: Apache-2.0

import Support

/// The difference between the services' clock and this machine's, learnt from refused signatures. All clients of a
/// session share it.
struct ClockSkew: Sendable {
    /// The smallest difference, in seconds, that counts: services accept smaller ones (aws-sdk-swift,
    /// `AWSClockSkewProvider`).
    static let ignored = 300.0

    private let stored = Locked(0.0)

    /// The number of seconds to add to the local wall clock.
    var seconds: Double { stored.withLock { $0 } }

    /// Learns from the server's time in the response to a refused request. All times are in seconds since
    /// 1970-01-01T00:00:00Z.
    ///
    /// - Parameters:
    ///   - serverTime: the `Date` of the response.
    ///   - signingTime: the corrected local time for which the request was signed.
    ///   - localTime: the local wall clock when the response arrived.
    /// - Returns: true when the signing time was wrong, so that a new signature may be accepted. That includes the case
    ///   that another call has corrected the clock in the meantime.
    func learn(serverTime: Double, signingTime: Double, localTime: Double) -> Bool {
        guard abs(serverTime - signingTime) > Self.ignored else { return false }
        stored.withLock { $0 = serverTime - localTime }
        return true
    }
}
