// SPDX-License-Identifier: Apache-2.0

import Support

/// The wait of one task for a refresh of credentials. The wait ends with the refresh, after a limit, or when the task
/// is cancelled. The refresh continues for the other waiting tasks.
final class RefreshWaiter: Sendable {
    enum End: Sendable {
        case refreshed(Result<Credentials, AWSError>)
        case timeUp
        case cancelled
    }

    private struct State {
        var end: End?
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    /// Ends the wait unless it has ended already.
    func finish(_ end: End) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.end == nil else { return nil }
            state.end = end
            return state.waiting.take()
        }
        waiting?.resume()
    }

    /// Waits for at most `limit` and returns the reason why the wait ended. This function can be called once, by one
    /// task.
    func end(within limit: Duration) async -> End {
        let timer = Task {
            do { try await Task.sleep(for: limit) } catch { return }
            finish(.timeUp)
        }
        defer { timer.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiting in
                let hasEnded = state.withLock { state in
                    if state.end == nil { state.waiting = waiting }
                    return state.end != nil
                }
                if hasEnded { waiting.resume() }
            }
        } onCancel: {
            finish(.cancelled)
        }
        return state.withLock { $0.end } ?? .cancelled
    }
}
