// SPDX-License-Identifier: Apache-2.0

/// The deadline of an S3 operation that can need several calls, for example of a `GetObject` that is redirected to
/// another region.
struct OperationDeadline: Sendable {
    private let clock: any AWSClock
    private let end: Duration

    /// Makes a deadline at the time `total` from now.
    init(_ total: Duration, clock: any AWSClock) {
        self.clock = clock
        end = clock.uptime() + total
    }

    /// The time until the deadline; zero or negative after it.
    var remaining: Duration { end - clock.uptime() }
}
