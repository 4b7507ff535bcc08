// SPDX-License-Identifier: Apache-2.0

extension WorkerClock {
    /// Returns at `time`, or throws `CancellationError` as soon as the task is cancelled.
    package func sleep(until time: Duration) async throws {
        let wakeup = Wakeup(clock: self)
        while now < time {
            try Task.checkCancellation()
            await wakeup.wait(until: time)
        }
        try Task.checkCancellation()
    }
}
