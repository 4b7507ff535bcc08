// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The clocks of the operating system (clock_gettime(2)).
package enum SystemTime {
    /// The current time in seconds since 1970-01-01T00:00:00Z by CLOCK_REALTIME, which can be wrong and can jump.
    package static var now: Double {
        let time = read(CLOCK_REALTIME)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The time since the boot of the machine by CLOCK_BOOTTIME, which is monotonic and includes the time in suspend.
    package static var uptime: Duration {
        let time = read(CLOCK_BOOTTIME)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// The time of CLOCK_MONOTONIC in microseconds, the unit of `MONOTONIC_USEC=` (sd_notify(3)).
    package static var monotonicMicroseconds: UInt64 {
        let time = read(CLOCK_MONOTONIC)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        let status = clock_gettime(clock, &time)
        precondition(status == 0, "clock_gettime failed")
        return time
    }
}
