// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Support

/// The time as the worker knows it. Everything that waits does so through this, so that a test can own the time.
package protocol WorkerClock: Sendable {
    /// Monotonic, since an arbitrary moment. Goes on while the machine sleeps, as visibility timeouts do.
    var now: Duration { get }

    /// Calls `body` once, at `time` or soon after. `body` must be short and may not call the clock's owner back
    /// under a lock that the owner also takes while scheduling.
    func schedule(at time: Duration, _ body: @escaping @Sendable () -> Void) -> UInt64

    /// Forgets a call that has not happened yet; otherwise does nothing.
    func cancel(_ id: UInt64)
}

extension WorkerClock {
    /// Returns at `time` or throws `CancellationError` as soon as the task is cancelled.
    package func sleep(until time: Duration) async throws {
        let wakeup = Wakeup(clock: self)
        while now < time {
            try Task.checkCancellation()
            await wakeup.wait(until: time)
        }
        try Task.checkCancellation()
    }
}

/// The machine's clock, and one timer on a serial queue: a queue of its own keeps time while the others are busy.
package final class SystemWorkerClock: WorkerClock {
    private struct State: ~Copyable {
        var calls: [UInt64: Call] = [:]
        var lastID: UInt64 = 0
    }

    private struct Call: Sendable {
        var time: Duration
        var body: @Sendable () -> Void
    }

    private let origin = ContinuousClock.now
    private let queue = DispatchQueue(label: "px-clock", qos: .userInitiated)
    private let state = Locked(State())

    package init() {}

    package var now: Duration { origin.duration(to: .now) }

    package func schedule(at time: Duration, _ body: @escaping @Sendable () -> Void) -> UInt64 {
        let id = state.withLock { state -> UInt64 in
            state.lastID += 1
            state.calls[state.lastID] = Call(time: time, body: body)
            return state.lastID
        }
        arm(id, for: time)
        return id
    }

    package func cancel(_ id: UInt64) {
        state.withLock { $0.calls[id] = nil }
    }

    /// In steps of at most ten seconds: Dispatch lets a timer be late by a tenth of its length.
    private func arm(_ id: UInt64, for time: Duration) {
        let wait = max(.zero, min(time - now, .seconds(10)))
        let (seconds, attoseconds) = wait.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { [self] in fire(id) }
    }

    private func fire(_ id: UInt64) {
        let now = now
        let (due, time) = state.withLock { state -> ((@Sendable () -> Void)?, Duration?) in
            guard let call = state.calls[id] else { return (nil, nil) }
            guard call.time <= now else { return (nil, call.time) }
            state.calls[id] = nil
            return (call.body, nil)
        }
        due?()
        if let time { arm(id, for: time) }
    }
}
