// SPDX-License-Identifier: Apache-2.0

internal import Support

/// How the others stop one job: its lease is lost, or the worker drains.
///
/// A job that is writing is not interrupted by `pull`: it is nearly done, and outputs of an older version might stay
/// over newer ones if it did not look at the source once more. It sees the leash when it has looked. A drain that has
/// no time left uses `cut`.
final class StopSignal: Sendable {
    enum Stop: Error, Sendable, Equatable {
        case leaseLost
        /// The drain's grace is over.
        case graceOver
    }

    fileprivate struct State {
        var stop: Stop?
        var hasStarted = false
        var isWriting = false
        var isCut = false
        var isRedelivered = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    /// Why the job has to stop, if it has to. The first reason stays.
    var stop: Stop? { state.withLock { $0.stop } }

    /// Somebody may have worked on the message since this job received it: it has come again.
    var isRedelivered: Bool { state.withLock { $0.isRedelivered } }

    func markRedelivered() { state.withLock { $0.isRedelivered = true } }

    var hasStarted: Bool { state.withLock { $0.hasStarted } }

    func request(_ stop: Stop) {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.stop == nil { state.stop = stop }
            return state.isWriting ? nil : state.takeSleeper()
        }
        sleeper?.resume()
    }

    /// Pulls, and interrupts even a job that is writing: its message comes again, and whoever gets it then looks at
    /// the outputs and at the source.
    func abort(_ stop: Stop) {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.stop == nil { state.stop = stop }
            state.isCut = true
            return state.takeSleeper()
        }
        sleeper?.resume()
    }

    func requestIfNotStarted(_ stop: Stop) {
        if !hasStarted { request(stop) }
    }

    /// From now on the message costs work.
    func start() { state.withLock { $0.hasStarted = true } }

    /// Until `endWriting`, only `cut` interrupts.
    ///
    /// - Throws: `Stop` when it has been pulled.
    func enterCommit() throws {
        let stop = state.withLock { state -> Stop? in
            if state.stop == nil { state.isWriting = true }
            return state.stop
        }
        if let stop { throw stop }
    }

    func leaveCommit() {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.isWriting = false
            return state.stop == nil ? nil : state.takeSleeper()
        }
        sleeper?.resume()
    }

    /// Runs `work`, and cancels it when the leash is pulled. Returns when `work` has ended in either case.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask {
                await self.pulled()
                return nil
            }
            var value: Value?
            for await result in group {
                group.cancelAll()
                value = value ?? result
            }
            return value
        }
    }

    /// Returns when pulled and not writing, cut, or cancelled.
    private func pulled() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (sleeper: CheckedContinuation<Void, Never>) in
                let mayWait = state.withLock { state -> Bool in
                    guard !Task.isCancelled, !state.isCut, state.stop == nil || state.isWriting else {
                        return false
                    }
                    state.sleeper = sleeper
                    return true
                }
                if !mayWait { sleeper.resume() }
            }
        } onCancel: {
            state.withLock { $0.takeSleeper() }?.resume()
        }
    }
}

extension StopSignal.State {
    fileprivate mutating func takeSleeper() -> CheckedContinuation<Void, Never>? {
        defer { sleeper = nil }
        return sleeper
    }
}
