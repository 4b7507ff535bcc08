// SPDX-License-Identifier: Apache-2.0

/// The time that all calls of one operation have together, from now on.
struct TimeAllowance: Sendable {
    private let clock: any AWSClock
    private let end: Duration

    init(_ total: Duration, clock: any AWSClock) {
        self.clock = clock
        end = clock.uptime() + total
    }

    /// Nothing or less when it is used up.
    var left: Duration { end - clock.uptime() }
}
