// SPDX-License-Identifier: Apache-2.0

import Scripted
import Support
import Worker

/// Wakes all tasks that wait for it.
final class Broadcast: Sendable {
    private let clock: ManualClock
    private let waiting = Locked<[Int: Wakeup]>([:])
    private let lastID = Locked(0)

    init(clock: ManualClock) { self.clock = clock }

    func signal() {
        for wakeup in waiting.withLock({ Array($0.values) }) { wakeup.signal() }
    }

    /// Returns after a signal or at `time`.
    ///
    /// - Throws: `CancellationError`.
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
