// SPDX-License-Identifier: Apache-2.0

import Support

/// One task that waits for a refresh: until that has ended, the time is up or the task is cancelled, whichever
/// comes first. The refresh knows nothing of it and goes on for the others.
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

    /// Ends the wait, unless it has ended already.
    func finish(_ end: End) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.end == nil else { return nil }
            state.end = end
            return state.waiting.take()
        }
        waiting?.resume()
    }

    /// How the wait ends, at most `limit` from now. For one task, once.
    func end(within limit: Duration) async -> End {
        let alarm = Task {
            do { try await Task.sleep(for: limit) } catch { return }
            finish(.timeUp)
        }
        defer { alarm.cancel() }
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
