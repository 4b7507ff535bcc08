// SPDX-License-Identifier: Apache-2.0

internal import Support
internal import Synchronization

/// Counts every finished step of work, which is the evidence of progress, and wakes the poller: something that
/// it waits for may have changed.
final class ProgressCounter: Sendable {
    private let total = Atomic<UInt64>(0)
    private let lastRecord = Atomic<Int64>(0)
    private let clock: any WorkerClock
    let wakeup: Wakeup

    init(clock: any WorkerClock) {
        self.clock = clock
        wakeup = Wakeup(clock: clock)
        lastRecord.store(clock.now.inMilliseconds, ordering: .relaxed)
    }

    func record() {
        total.wrappingAdd(1, ordering: .relaxed)
        lastRecord.store(clock.now.inMilliseconds, ordering: .relaxed)
        wakeup.signal()
    }

    var count: UInt64 { total.load(ordering: .relaxed) }
    /// Time of the last beat.
    var last: Duration { .milliseconds(lastRecord.load(ordering: .relaxed)) }
}
