// SPDX-License-Identifier: Apache-2.0

internal import Support

/// A clock that a test moves. Scheduled calls that are due at the same time are made in the order of their scheduling.
package final class ManualClock: Sendable {
    private struct State {
        var now = Duration.zero
        var lastID: UInt64 = 0
        var calls: [UInt64: (time: Duration, body: @Sendable () -> Void)] = [:]
    }

    private let state = Locked(State())

    package init() {}

    package var now: Duration { state.withLock { $0.now } }

    /// Schedules a call of `body` at the time `time` and returns the identifier with which `cancel` cancels it.
    package func schedule(at time: Duration, _ body: @escaping @Sendable () -> Void) -> UInt64 {
        state.withLock { state in
            state.lastID += 1
            state.calls[state.lastID] = (time, body)
            return state.lastID
        }
    }

    package func cancel(_ id: UInt64) { state.withLock { $0.calls[id] = nil } }

    /// The time of the next scheduled call; nil if there is none.
    package var next: Duration? { state.withLock { $0.calls.values.map(\.time).min() } }

    /// Moves the clock to the time of the next scheduled call and makes the call. Returns false if there is none.
    @discardableResult
    package func step() -> Bool {
        let body = state.withLock { state -> (@Sendable () -> Void)? in
            guard let (id, call) = state.calls.min(by: { ($0.value.time, $0.key) < ($1.value.time, $1.key) })
            else { return nil }
            state.calls[id] = nil
            state.now = max(state.now, call.time)
            return call.body
        }
        body?()
        return body != nil
    }

    /// Moves the clock by `duration` and makes all calls that are due by then.
    package func advance(by duration: Duration) {
        let end = now + duration
        while let time = next, time <= end { step() }
        state.withLock { $0.now = end }
    }
}
