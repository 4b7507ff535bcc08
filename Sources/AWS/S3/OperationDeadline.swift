// SPDX-License-Identifier: Apache-2.0

/// The deadline of an operation that may take several calls, as a `GetObject` that is redirected to another region.
struct OperationDeadline: Sendable {
    private let clock: any AWSClock
    private let end: Duration

    /// Sets the deadline to `total` from now.
    init(_ total: Duration, clock: any AWSClock) {
        self.clock = clock
        end = clock.uptime() + total
    }

    /// The time that is left; zero or negative after the deadline.
    var remaining: Duration { end - clock.uptime() }
}
