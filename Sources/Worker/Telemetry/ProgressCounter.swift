// SPDX-License-Identifier: Apache-2.0

internal import Support
internal import Synchronization

/// A counter of finished steps, from which the health check learns that the worker is not stuck. Each step also wakes
/// the poller, since it may have freed a slot or memory.
final class ProgressCounter: Sendable {
    private let total = Atomic<UInt64>(0)
    private let lastRecord = Atomic<Int64>(0)
    private let clock: any WorkerClock
    /// Signaled by each step.
    let wakeup: Wakeup

    init(clock: any WorkerClock) {
        self.clock = clock
        wakeup = Wakeup(clock: clock)
        lastRecord.store(clock.now.inMilliseconds, ordering: .relaxed)
    }

    /// Counts a step.
    func record() {
        total.wrappingAdd(1, ordering: .relaxed)
        lastRecord.store(clock.now.inMilliseconds, ordering: .relaxed)
        wakeup.signal()
    }

    /// The number of steps.
    var count: UInt64 { total.load(ordering: .relaxed) }
    /// The time of the latest step, or of the start.
    var last: Duration { .milliseconds(lastRecord.load(ordering: .relaxed)) }
}
