// SPDX-License-Identifier: Apache-2.0

internal import Support

/// A binary semaphore on which one task waits with a time limit.
///
/// A signal without a waiting task is kept for the next wait; several signals count as one.
package final class Wakeup: Sendable {
    private enum State {
        case idle
        case signaled
        case waiting(CheckedContinuation<Void, Never>, timer: UInt64?)
    }

    private let clock: any WorkerClock
    private let state = Locked(State.idle)

    package init(clock: any WorkerClock) { self.clock = clock }

    /// Resumes the waiting task. When no task waits, the next wait returns at once.
    package func signal() {
        let (waiter, timer) = state.withLock { state -> (CheckedContinuation<Void, Never>?, UInt64?) in
            guard case .waiting(let waiter, let timer) = state else {
                state = .signaled
                return (nil, nil)
            }
            state = .idle
            return (waiter, timer)
        }
        if let timer { clock.cancel(timer) }
        waiter?.resume()
    }

    /// Waits for a signal, at most until `time` by `WorkerClock`; nil for no time limit. In a cancelled task the
    /// function returns at once. It can also return early, so the caller must check its condition again. Only one task
    /// can wait at a time.
    package func wait(until time: Duration?) async {
        if let time, time <= clock.now { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
                let timer = time.map { clock.schedule(at: $0) { [weak self] in self?.signal() } }
                let isSignaled = state.withLock { state -> Bool in
                    if case .signaled = state {
                        state = .idle
                        return true
                    }
                    state = .waiting(waiter, timer: timer)
                    return false
                }
                if isSignaled {
                    if let timer { clock.cancel(timer) }
                    waiter.resume()
                }
            }
        } onCancel: {
            signal()
        }
    }
}
