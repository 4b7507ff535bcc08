// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Time as this module sees it: what the wall says, how long something took, and waiting.
package protocol AWSClock: Sendable {
    /// Seconds since 1970-01-01 UTC by the wall clock, which may be wrong and may jump.
    func now() -> Double

    /// Time since some fixed moment; never jumps, and goes on while the machine is suspended.
    func uptime() -> Duration

    /// Waits, or throws at once when the calling task is cancelled.
    func sleep(for duration: Duration) async throws(CancellationError)
}

/// The clocks of the operating system.
package struct SystemAWSClock: AWSClock {
    package init() {}

    package func now() -> Double {
        let time = Self.read(CLOCK_REALTIME)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    package func uptime() -> Duration {
        let time = Self.read(CLOCK_BOOTTIME)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    package func sleep(for duration: Duration) async throws(CancellationError) {
        do { try await Task.sleep(for: duration) } catch { throw CancellationError() }
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        let status = clock_gettime(clock, &time)
        precondition(status == 0, "clock_gettime failed")
        return time
    }
}

extension Duration {
    /// As a number of seconds, for arithmetic with wall-clock times.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }

    var inMilliseconds: Int { Int(inSeconds * 1000) }
}
