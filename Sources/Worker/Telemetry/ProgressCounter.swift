// SPDX-License-Identifier: Apache-2.0

internal import Support
internal import Synchronization

/// A counter of finished steps of work, by which the health check detects that the worker makes progress. A step also
/// wakes the poller when the poller waits for memory, which the step can have freed.
final class ProgressCounter: Sendable {
    private let total = Atomic<UInt64>(0)
    private let lastRecord = Atomic<Int64>(0)
    private let isMemoryAwaited = Atomic(false)
    private let clock: any WorkerClock
    /// The wakeup of the poller. Every other change that can permit a poll signals it too.
    let wakeup: Wakeup

    init(clock: any WorkerClock) {
        self.clock = clock
        wakeup = Wakeup(clock: clock)
        lastRecord.store(clock.now.inMilliseconds, ordering: .relaxed)
    }

    /// Records a finished step.
    func record() {
        total.wrappingAdd(1, ordering: .relaxed)
        lastRecord.store(clock.now.inMilliseconds, ordering: .relaxed)
        if isMemoryAwaited.load(ordering: .sequentiallyConsistent) { wakeup.signal() }
    }

    /// Calls `isScarce` and returns its value. When it is true, the steps after this call signal `wakeup`, including
    /// those that free memory during the call.
    func awaitingMemory(while isScarce: () -> Bool) -> Bool {
        isMemoryAwaited.store(true, ordering: .sequentiallyConsistent)
        let isAwaited = isScarce()
        if !isAwaited { isMemoryAwaited.store(false, ordering: .sequentiallyConsistent) }
        return isAwaited
    }

    /// The number of finished steps since the start.
    var count: UInt64 { total.load(ordering: .relaxed) }
    /// The time of the latest finished step, or of the start before the first one, by `WorkerClock`.
    var last: Duration { .milliseconds(lastRecord.load(ordering: .relaxed)) }
}
