// SPDX-License-Identifier: Apache-2.0

internal import Support

/// Wakes one waiting task: by a ring, by the clock, or by its cancellation. A ring that finds nobody waiting is
/// kept for the next wait; several count as one.
package final class Wakeup: Sendable {
    private enum State {
        case quiet
        case rung
        case waiting(CheckedContinuation<Void, Never>, timer: UInt64?)
    }

    private let clock: any WorkerClock
    private let state = Locked(State.quiet)

    package init(clock: any WorkerClock) { self.clock = clock }

    package func signal() {
        let (sleeper, timer) = state.withLock { state -> (CheckedContinuation<Void, Never>?, UInt64?) in
            guard case .waiting(let sleeper, let timer) = state else {
                state = .rung
                return (nil, nil)
            }
            state = .quiet
            return (sleeper, timer)
        }
        if let timer { clock.cancel(timer) }
        sleeper?.resume()
    }

    /// Returns after a ring, at `time` at the latest, or at once in a cancelled task. May return early: the
    /// caller looks again at what it waits for. One task at a time.
    package func wait(until time: Duration?) async {
        if let time, time <= clock.now { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (sleeper: CheckedContinuation<Void, Never>) in
                let timer = time.map { clock.schedule(at: $0) { [weak self] in self?.signal() } }
                let isOver = state.withLock { state -> Bool in
                    if case .rung = state {
                        state = .quiet
                        return true
                    }
                    state = .waiting(sleeper, timer: timer)
                    return false
                }
                if isOver {
                    if let timer { clock.cancel(timer) }
                    sleeper.resume()
                }
            }
        } onCancel: {
            signal()
        }
    }
}
