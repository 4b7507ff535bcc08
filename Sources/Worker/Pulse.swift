// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Counts every finished step of work, which is the evidence of progress, and wakes the poller: something that
/// it waits for may have changed.
final class Pulse: Sendable {
    private let count = Atomic<UInt64>(0)
    private let lastBeat = Atomic<Int64>(0)
    private let clock: any WorkerClock
    let alarm: Alarm

    init(clock: any WorkerClock) {
        self.clock = clock
        alarm = Alarm(clock: clock)
        lastBeat.store(clock.now.milliseconds, ordering: .relaxed)
    }

    func beat() {
        count.wrappingAdd(1, ordering: .relaxed)
        lastBeat.store(clock.now.milliseconds, ordering: .relaxed)
        alarm.ring()
    }

    var beats: UInt64 { count.load(ordering: .relaxed) }
    /// Time of the last beat.
    var last: Duration { .milliseconds(lastBeat.load(ordering: .relaxed)) }
}
