// SPDX-License-Identifier: Apache-2.0

internal import Support

/// A cancellation token for the work on one message, with a commit section that an ordinary stop request does not
/// interrupt. `Poller` has one for its polls, which have no commit section.
///
/// The work runs inside `run(_:)`. `request(_:)` cancels it at once, or at the end of the commit section when the work
/// is inside one. `abort(_:)` always cancels it at once.
///
/// The commit section of an attempt begins with its first upload and ends with the attempt. It covers the check of the
/// source that follows the uploads, and all further rounds with their inspection, download and decoding. An
/// interruption in between could leave outputs of an older source in place of newer ones.
///
/// ```swift
/// let outcomes = await stopSignal.run { await process(message) }
///
/// try stopSignal.enterCommit()                                     // throws if a stop has been requested
/// defer { stopSignal.leaveCommit() }
/// ```
final class StopSignal: Sendable {
    /// The reason why the work must stop.
    enum Reason: Error, Sendable, Equatable {
        /// The lease has ended or the queue has refused the receipt handle, so that other workers can have received the
        /// message.
        case leaseLost
        /// The worker drains, and the time limit for the work in progress has passed.
        case drain
    }

    fileprivate struct State {
        var reason: Reason?
        var hasStarted = false
        var isCommitting = false
        var isAborted = false
        /// The continuation of the task in `run(_:)` that waits for a stop request.
        var waiter: CheckedContinuation<Void, Never>?

        var isInterrupted: Bool { isAborted || (reason != nil && !isCommitting) }
    }

    private let state = Locked(State())

    /// The reason of the first stop request; nil when there was none.
    var reason: Reason? { state.withLock { $0.reason } }

    /// True after `markStarted()` was called.
    var hasStarted: Bool { state.withLock { $0.hasStarted } }

    /// Records that the expensive part of the work begins, so that a release of the message would lose work.
    func markStarted() { state.withLock { $0.hasStarted = true } }

    /// Cancels the work, at the end of its commit section if it is inside one.
    func request(_ reason: Reason) { interrupt { $0.reason = $0.reason ?? reason } }

    /// Cancels the work unless `markStarted()` was called.
    func requestIfNotStarted(_ reason: Reason) {
        if !hasStarted { request(reason) }
    }

    /// Cancels the work at once, even in its commit section. The message becomes visible again, and the next attempt
    /// inspects the outputs and the source.
    func abort(_ reason: Reason) {
        interrupt { state in
            state.reason = state.reason ?? reason
            state.isAborted = true
        }
    }

    /// Begins the commit section of the work.
    ///
    /// - Throws: `Reason` if a stop has been requested.
    func enterCommit() throws {
        let reason = state.withLock { state -> Reason? in
            if state.reason == nil { state.isCommitting = true }
            return state.reason
        }
        if let reason { throw reason }
    }

    /// Ends the commit section when there is one. A stop request that was made meanwhile takes effect now.
    func leaveCommit() { interrupt { $0.isCommitting = false } }

    /// Runs `work` in a child task and cancels that task when a stop is requested.
    ///
    /// - Returns: The value of `work`. After a stop request too, the function returns only when `work` has ended.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
        await withTaskGroup(of: Value?.self) { group in
            // Immediate tasks begin on this thread, so that no other one is woken for them.
            group.addImmediateTask {
                await self.waitForInterruption()
                return nil
            }
            group.addImmediateTask { await work() }
            var value: Value?
            for await result in group {
                group.cancelAll()
                value = value ?? result
            }
            guard let value else { preconditionFailure("the work has ended") }
            return value
        }
    }

    private func interrupt(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            change(&state)
            return state.isInterrupted ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    /// Waits until a stop request takes effect, or until the current task is cancelled.
    private func waitForInterruption() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
                let mustWait = state.withLock { state -> Bool in
                    guard !Task.isCancelled, !state.isInterrupted else { return false }
                    state.waiter = waiter
                    return true
                }
                if !mustWait { waiter.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }
}
