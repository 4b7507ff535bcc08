// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Support

/// The gate before the download of a source, at which suspect messages wait until they are alone (`SuspectGateState`),
/// and others while one of them is.
final class SuspectGate: Sendable {
    /// The permission to download and decode a source, which ends with the value.
    struct Turn: ~Copyable {
        /// True for a suspect message, with which no other job is at work.
        let isAlone: Bool
        private let gate: SuspectGate
        private let lease: LeaseManagerState.ID

        fileprivate init(_ gate: SuspectGate, _ lease: LeaseManagerState.ID, isAlone: Bool) {
            self.gate = gate
            self.lease = lease
            self.isAlone = isAlone
        }

        deinit {
            if isAlone { gate.change { $0.leave(lease) } }
        }
    }

    /// The values that the lock protects.
    private struct Shared {
        var gate = SuspectGateState()
        /// The wakeups of the jobs that wait in `enter`.
        var waiters: [LeaseManagerState.ID: Wakeup] = [:]
    }

    private let leases: LeaseManager
    private let clock: any WorkerClock
    private let progress: ProgressCounter
    private let state = Locked(Shared())

    init(leases: LeaseManager, clock: any WorkerClock, progress: ProgressCounter) {
        self.leases = leases
        self.clock = clock
        self.progress = progress
    }

    /// Returns the maximum number of messages to receive at `now`, nil for no limit, and the time at which it changes
    /// without an event.
    func allowance(now: Duration) -> (messages: Int?, nextChange: Duration?) {
        state.withLock { $0.gate.allowance(now: now) }
    }

    /// Records the messages of a response of the queue that has any.
    func received(haveSuspects: Bool) { state.withLock { $0.gate.received(haveSuspects: haveSuspects) } }

    /// Records the start of the job of a message, and returns true when the message is suspect.
    ///
    /// - Parameter maxReceives: `WorkerOptions.maxReceives`.
    func began(_ lease: LeaseManagerState.ID, of message: Message, maxReceives: Int) -> Bool {
        let now = clock.now
        return state.withLock { state in
            let isSuspect = state.gate.isSuspect(
                message.messageID, receiveCount: message.receiveCount, maxReceives: maxReceives)
            state.gate.began(lease, isSuspect: isSuspect, now: now)
            return isSuspect
        }
    }

    /// Waits until a job can download and decode its source.
    ///
    /// - Throws: `CancellationError`.
    func enter(_ lease: LeaseManagerState.ID) async throws -> Turn {
        let wakeup = Wakeup(clock: clock)
        defer { state.withLock { $0.waiters[lease] = nil } }
        while true {
            try Task.checkCancellation()
            let (now, count) = (clock.now, leases.count)
            let (step, isAlone) = state.withLock { state -> (SuspectGateState.Step, Bool) in
                let step = state.gate.enter(lease, leases: count, now: now)
                if step != .proceed { state.waiters[lease] = wakeup }
                return (step, state.gate.turn == lease)
            }
            guard case .wait(let until) = step else { return Turn(self, lease, isAlone: isAlone) }
            await wakeup.wait(until: until)
        }
    }

    /// Returns true when a failure can be stored before it happens.
    func canStoreEarly() -> Bool {
        let now = clock.now
        return state.withLock { $0.gate.canStoreEarly(now: now) }
    }

    /// Records that a failure was stored before it happens.
    func storedEarly() {
        let now = clock.now
        state.withLock { $0.gate.storedEarly(now: now) }
    }

    /// Records that a job decodes no source any more.
    func decodesNothing(_ lease: LeaseManagerState.ID) { change { $0.decodesNothing(lease) } }

    /// Records that a job waits for a dependency.
    func pause(_ lease: LeaseManagerState.ID) { change { $0.pause(lease) } }

    /// Records that a job goes on after its wait for a dependency.
    func resume(_ lease: LeaseManagerState.ID) { change { $0.resume(lease) } }

    /// Records the end of the job of a message.
    ///
    /// - Parameter survives: True when the process has come to a result with the message, such as a retry, and the
    ///   message will be received again.
    func ended(_ lease: LeaseManagerState.ID, of message: Message, survives: Bool) {
        change { $0.ended(lease, survivor: survives ? message.messageID : nil) }
    }

    /// Changes the state, and wakes the jobs and the poller that a change of it can permit to go on.
    private func change(_ body: (inout SuspectGateState) -> Void) {
        let now = clock.now
        let (wakeups, canPoll) = state.withLock { state in
            let before = state.gate.allowance(now: now).messages
            body(&state.gate)
            return (Array(state.waiters.values), state.gate.allowance(now: now).messages != before)
        }
        for wakeup in wakeups { wakeup.signal() }
        if canPoll { progress.wakeup.signal() }
    }
}
