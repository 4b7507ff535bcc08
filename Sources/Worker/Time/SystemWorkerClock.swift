// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Support

/// The `WorkerClock` of the operating system. Its timers run on a separate serial dispatch queue, so that they are on
/// time while all other dispatch queues are busy.
package final class SystemWorkerClock: WorkerClock {
    private struct State: ~Copyable {
        var calls: [UInt64: Call] = [:]
        var lastID: UInt64 = 0
    }

    private struct Call: Sendable {
        var time: Duration
        var body: @Sendable () -> Void
    }

    private let queue = DispatchQueue(label: "px-clock", qos: .userInitiated)
    private let state = Locked(State())

    package init() {}

    package var now: Duration { SystemTime.uptime }

    package func schedule(at time: Duration, _ body: @escaping @Sendable () -> Void) -> UInt64 {
        let id = state.withLock { state -> UInt64 in
            state.lastID += 1
            state.calls[state.lastID] = Call(time: time, body: body)
            return state.lastID
        }
        setTimer(id, for: time)
        return id
    }

    package func cancel(_ id: UInt64) {
        state.withLock { $0.calls[id] = nil }
    }

    /// Sets a timer for `time`, or for ten seconds from now when `time` is later, because a dispatch timer can be
    /// late by a tenth of its length.
    private func setTimer(_ id: UInt64, for time: Duration) {
        let wait = max(.zero, min(time - now, .seconds(10)))
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(wait.inNanoseconds))) { [self] in fire(id) }
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
        if let time { setTimer(id, for: time) }
    }
}
