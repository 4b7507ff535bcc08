// SPDX-License-Identifier: Apache-2.0

internal import Support

/// A cancellation token for the work on one message, with a commit section that an ordinary request does not
/// interrupt. `Poller` has one for its polls, which have no commit section.
///
/// The work runs inside `run(_:)`. `request(_:)` cancels it at once, or at the end of the commit section if it is
/// inside one. `abort(_:)` cancels it at once in either case.
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
    /// The reason for which the work has to stop.
    enum Reason: Error, Sendable, Equatable {
        /// The lease has ended or the queue has refused its receipt handle: other workers may have the message.
        case leaseLost
        /// The worker drains, and the time that this work has for its end is over.
        case drain
    }

    fileprivate struct State {
        var reason: Reason?
        var hasStarted = false
        var isCommitting = false
        var isAborted = false
        /// The task of `run(_:)` that waits for a request.
        var waiter: CheckedContinuation<Void, Never>?

        var isInterrupted: Bool { isAborted || (reason != nil && !isCommitting) }
    }

    private let state = Locked(State())

    /// The reason of the first request; nil before any.
    var reason: Reason? { state.withLock { $0.reason } }

    /// True from `markStarted()` on.
    var hasStarted: Bool { state.withLock { $0.hasStarted } }

    /// Marks the end of the checks that cost little: from here on, a release of the message loses work.
    func markStarted() { state.withLock { $0.hasStarted = true } }

    /// Cancels the work, at the end of its commit section if it is inside one.
    func request(_ reason: Reason) { interrupt { $0.reason = $0.reason ?? reason } }

    /// Cancels the work unless it has started.
    func requestIfNotStarted(_ reason: Reason) {
        if !hasStarted { request(reason) }
    }

    /// Cancels the work at once, inside its commit section too. The message becomes visible again, and the next
    /// attempt inspects outputs and source.
    func abort(_ reason: Reason) {
        interrupt { state in
            state.reason = state.reason ?? reason
            state.isAborted = true
        }
    }

    /// Begins the commit section.
    ///
    /// - Throws: `Reason` if a stop has been requested.
    func enterCommit() throws {
        let reason = state.withLock { state -> Reason? in
            if state.reason == nil { state.isCommitting = true }
            return state.reason
        }
        if let reason { throw reason }
    }

    /// Ends the commit section, if one has begun. A request that came meanwhile takes effect now.
    func leaveCommit() { interrupt { $0.isCommitting = false } }

    /// Runs `work` in a child task and cancels that task when a stop is requested.
    ///
    /// - Returns: The value of `work`, which has ended in either case.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask {
                await self.waitForInterruption()
                return nil
            }
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

    /// Returns when the work is to be cancelled, or when this task is.
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
