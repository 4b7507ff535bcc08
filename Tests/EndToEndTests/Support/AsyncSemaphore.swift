// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A counting semaphore for tasks, first in, first out.
final class AsyncSemaphore: Sendable {
    private struct State {
        var value: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(value: Int) { state = Mutex(State(value: value)) }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isAvailable = state.withLock { state in
                if state.value > 0 {
                    state.value -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isAvailable { continuation.resume() }
        }
    }

    func signal() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            if state.waiting.isEmpty {
                state.value += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
