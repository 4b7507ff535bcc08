// SPDX-License-Identifier: Apache-2.0

import Support

/// How far this machine's clock is from the services', learnt from refused signatures.
package struct ClockSkew: Sendable {
    /// Below this, in seconds, a service would not have refused the time (aws-sdk-swift's
    /// `AWSClockSkewProvider`).
    static let ignored = 300.0

    private let stored = Locked(0.0)

    package init() {}

    /// Seconds to add to the local wall clock.
    package var seconds: Double { stored.withLock { $0 } }

    /// Learns from an answer of the server at `serverTime` to a request signed at `signingTime`.
    ///
    /// - Returns: whether the time was so wrong that signing again may help. Also when another call has learnt
    ///   the same in the meantime.
    func learn(serverTime: Double, signingTime: Double, localTime: Double) -> Bool {
        guard abs(serverTime - signingTime) > Self.ignored else { return false }
        stored.withLock { $0 = serverTime - localTime }
        return true
    }
}
