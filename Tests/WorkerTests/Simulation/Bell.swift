// SPDX-License-Identifier: Apache-2.0

import Locking
import Scripted
import Worker

/// Wakes everybody who waits for it.
final class Bell: Sendable {
    private let clock: ManualClock
    private let waiting = Locked<[Int: Alarm]>([:])
    private let lastID = Locked(0)

    init(clock: ManualClock) { self.clock = clock }

    func ring() {
        for alarm in waiting.withLock({ Array($0.values) }) { alarm.ring() }
    }

    /// Returns after a ring, at `time`, or in a cancelled task.
    func wait(until time: Duration) async throws {
        let id = lastID.withLock { id -> Int in
            id += 1
            return id
        }
        let alarm = Alarm(clock: clock)
        waiting.withLock { $0[id] = alarm }
        await alarm.wait(until: time)
        waiting.withLock { $0[id] = nil }
        try Task.checkCancellation()
    }
}
