// SPDX-License-Identifier: Apache-2.0

internal import Support
internal import Synchronization

/// A counter of finished steps of work, by which the health check detects that the worker makes progress. Each step
/// also wakes the poller, because a message can have ended or memory can have been freed.
final class ProgressCounter: Sendable {
    private let total = Atomic<UInt64>(0)
    private let lastRecord = Atomic<Int64>(0)
    private let clock: any WorkerClock
    /// The wakeup that each step signals.
    let wakeup: Wakeup

    init(clock: any WorkerClock) {
        self.clock = clock
        wakeup = Wakeup(clock: clock)
        lastRecord.store(clock.now.inMilliseconds, ordering: .relaxed)
    }

    /// Records a finished step: increments the count and signals `wakeup`.
    func record() {
        total.wrappingAdd(1, ordering: .relaxed)
        lastRecord.store(clock.now.inMilliseconds, ordering: .relaxed)
        wakeup.signal()
    }

    /// The number of finished steps since the start.
    var count: UInt64 { total.load(ordering: .relaxed) }
    /// The time of the latest finished step, or of the start before the first one, by `WorkerClock`.
    var last: Duration { .milliseconds(lastRecord.load(ordering: .relaxed)) }
}
