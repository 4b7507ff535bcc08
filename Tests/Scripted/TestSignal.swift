// SPDX-License-Identifier: Apache-2.0

internal import Support

/// Counts what happens, and lets a test wait for it instead of for time.
package final class TestSignal: Sendable {
    private struct State {
        var count = 0
        var waiting: [(count: Int, sleeper: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Locked(State())

    package init() {}

    package var count: Int { state.withLock { $0.count } }

    package func fire() {
        let reached = state.withLock { state in
            state.count += 1
            let count = state.count
            defer { state.waiting.removeAll { $0.count <= count } }
            return state.waiting.filter { $0.count <= count }.map(\.sleeper)
        }
        for sleeper in reached { sleeper.resume() }
    }

    /// Returns once `fire` has been called `count` times in all.
    package func reaches(_ count: Int) async {
        await withCheckedContinuation { sleeper in
            let isReached = state.withLock { state in
                if state.count < count { state.waiting.append((count, sleeper)) }
                return state.count >= count
            }
            if isReached { sleeper.resume() }
        }
    }
}
