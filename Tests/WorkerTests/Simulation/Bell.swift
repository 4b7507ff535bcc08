// SPDX-License-Identifier: Apache-2.0

import Scripted
import Support
import Worker

/// Wakes everybody who waits for it.
final class Bell: Sendable {
    private let clock: ManualClock
    private let waiting = Locked<[Int: Wakeup]>([:])
    private let lastID = Locked(0)

    init(clock: ManualClock) { self.clock = clock }

    func signal() {
        for wakeup in waiting.withLock({ Array($0.values) }) { wakeup.signal() }
    }

    /// Returns after a ring, at `time`, or in a cancelled task.
    func wait(until time: Duration) async throws {
        let id = lastID.withLock { id -> Int in
            id += 1
            return id
        }
        let wakeup = Wakeup(clock: clock)
        waiting.withLock { $0[id] = wakeup }
        await wakeup.wait(until: time)
        waiting.withLock { $0[id] = nil }
        try Task.checkCancellation()
    }
}
