// SPDX-License-Identifier: Apache-2.0

import AWS

/// The clocks of the operating system, with an offset of the wall clock in seconds.
struct OffsetClock: AWSClock {
    var offset: Double
    private let system = SystemAWSClock()

    init(offset: Double) { self.offset = offset }

    func now() -> Double { system.now() + offset }
    func uptime() -> Duration { system.uptime() }
    func sleep(for duration: Duration) async throws(CancellationError) {
        try await system.sleep(for: duration)
    }
}
