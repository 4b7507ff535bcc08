// SPDX-License-Identifier: Apache-2.0

import Locking

/// How far this machine's clock is from the services', learnt from refused signatures.
///
/// The thresholds are those of aws-sdk-swift's `AWSClockSkewProvider`.
package struct ClockSkew: Sendable {
    /// Below this a service would not have refused the time.
    static let ignored = 300.0
    /// A new value must differ from the stored one by more than this, else a retry would not help.
    static let significant = 60.0

    private let stored = Locked(0.0)

    package init() {}

    /// Seconds to add to the local wall clock.
    package var seconds: Double { stored.withLock { $0 } }

    /// Learns from an answer of the server at `serverTime` to a request signed at `signingTime`.
    ///
    /// - Returns: whether the correction changed, so that signing again may help.
    func learn(serverTime: Double, signingTime: Double, localTime: Double) -> Bool {
        guard abs(serverTime - signingTime) > Self.ignored else { return false }
        let skew = serverTime - localTime
        return stored.withLock { stored in
            guard abs(skew - stored) > Self.significant else { return false }
            stored = skew
            return true
        }
    }
}
