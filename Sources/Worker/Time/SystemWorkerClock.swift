// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Support

/// The `WorkerClock` of the operating system. Its timers run on a separate serial dispatch queue, so that they are on
/// time while all other dispatch queues are busy.
///
/// A dispatch timer is set only when a call is earlier than the next timer. Most calls of the worker limit a wait that
/// ends by an event, so they are cancelled long before their time, and a timer for each of them would wake two threads.
package final class SystemWorkerClock: WorkerClock {
    struct State: ~Copyable {
        var calls: [UInt64: Call] = [:]
        var lastID: UInt64 = 0
        /// The time of the earliest dispatch timer; nil when there is none.
        var nextTimer: Duration?
        /// The number of dispatch timers that have been set.
        var timers = 0

        /// Returns the time for which a dispatch timer must be set so that the earliest call is made; nil when a timer
        /// is early enough. A dispatch timer can be late by a tenth of its length, so none is longer than ten seconds.
        /// It does not advance while the machine is suspended: a timer that is overdue can be late by its whole length.
        mutating func timerToSet(now: Duration) -> Duration? {
            guard let earliest = calls.values.lazy.map(\.time).min() else { return nil }
            let time = min(earliest, now + .seconds(10))
            if let nextTimer, nextTimer <= time, nextTimer > now { return nil }
            nextTimer = time
            timers += 1
            return time
        }
    }

    struct Call: Sendable {
        var time: Duration
        var body: @Sendable () -> Void
    }

    private let queue = DispatchQueue(label: "px-clock", qos: .userInitiated)
    private let state = Locked(State())

    package init() {}

    package var now: Duration { SystemTime.uptime }

    /// The number of dispatch timers that have been set, for tests.
    var timers: Int { state.withLock { $0.timers } }

    package func schedule(at time: Duration, _ body: @escaping @Sendable () -> Void) -> UInt64 {
        let now = now
        let (id, timer) = state.withLock { state -> (UInt64, Duration?) in
            state.lastID += 1
            state.calls[state.lastID] = Call(time: time, body: body)
            return (state.lastID, state.timerToSet(now: now))
        }
        if let timer { setTimer(for: timer, now: now) }
        return id
    }

    package func cancel(_ id: UInt64) {
        state.withLock { $0.calls[id] = nil }
    }

    private func setTimer(for time: Duration, now: Duration) {
        let wait = max(.zero, time - now)
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(wait.inNanoseconds))) { [self] in
            fire(for: time)
        }
    }

    /// Makes the calls that are due, and sets the next timer. A timer that an earlier one has replaced finds none due,
    /// or some early.
    private func fire(for time: Duration) {
        let now = now
        let (due, timer) = state.withLock { state -> ([Call], Duration?) in
            if state.nextTimer == time { state.nextTimer = nil }
            let due = state.calls.filter { $0.value.time <= now }
            for id in due.keys { state.calls[id] = nil }
            let calls = due.sorted { ($0.value.time, $0.key) < ($1.value.time, $1.key) }.map(\.value)
            return (calls, state.timerToSet(now: now))
        }
        for call in due { call.body() }
        if let timer { setTimer(for: timer, now: now) }
    }
}
