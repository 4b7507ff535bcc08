// SPDX-License-Identifier: Apache-2.0

internal import Support

/// A clock that a test moves. Scheduled calls that are due at the same time are made in the order of their scheduling.
package final class ManualClock: Sendable {
    /// A scheduled call. `id` rises with each call of `schedule`.
    private struct Entry {
        var time: Duration
        var id: UInt64

        static func < (a: Entry, b: Entry) -> Bool { (a.time, a.id) < (b.time, b.id) }
    }

    private struct State {
        var now = Duration.zero
        var lastID: UInt64 = 0
        var bodies: [UInt64: @Sendable () -> Void] = [:]
        /// A binary heap with the next call first. Entries of cancelled calls stay until they are the first.
        var heap: [Entry] = []

        mutating func push(_ entry: Entry) {
            heap.append(entry)
            var index = heap.count - 1
            while index > 0, heap[index] < heap[(index - 1) / 2] {
                heap.swapAt(index, (index - 1) / 2)
                index = (index - 1) / 2
            }
        }

        mutating func removeFirst() {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
            var index = 0
            while true {
                var least = index
                for child in [2 * index + 1, 2 * index + 2]
                where child < heap.count && heap[child] < heap[least] {
                    least = child
                }
                guard least != index else { return }
                heap.swapAt(index, least)
                index = least
            }
        }

        /// Returns the next call that is not cancelled.
        mutating func first() -> Entry? {
            while let entry = heap.first, bodies[entry.id] == nil { removeFirst() }
            return heap.first
        }
    }

    private let state = Locked(State())

    package init() {}

    package var now: Duration { state.withLock { $0.now } }

    /// Schedules a call of `body` at the time `time` and returns the identifier with which `cancel` cancels it.
    package func schedule(at time: Duration, _ body: @escaping @Sendable () -> Void) -> UInt64 {
        state.withLock { state in
            state.lastID += 1
            state.bodies[state.lastID] = body
            state.push(Entry(time: time, id: state.lastID))
            return state.lastID
        }
    }

    package func cancel(_ id: UInt64) { state.withLock { $0.bodies[id] = nil } }

    /// The time of the next scheduled call; nil if there is none.
    package var next: Duration? { state.withLock { $0.first()?.time } }

    /// Moves the clock to the time of the next scheduled call and makes the call. Returns false if there is none.
    @discardableResult
    package func step() -> Bool {
        let body = state.withLock { state -> (@Sendable () -> Void)? in
            guard let entry = state.first() else { return nil }
            state.removeFirst()
            state.now = max(state.now, entry.time)
            return state.bodies.removeValue(forKey: entry.id)
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
