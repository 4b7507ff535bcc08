// SPDX-License-Identifier: Apache-2.0

/// The rules by which suspect messages are processed alone.
///
/// A message is suspect when it is in its third receive at least and this process has come to no result with it:
/// earlier processes may have been killed because of its picture. Messages that are in flight in a process that is
/// killed lose a receive. Therefore the source of a suspect message is downloaded and decoded only when no other job is
/// at work, no messages are received until then, and they are received one by one until one of them is not suspect.
///
/// Outages of some hours raise the receive counts of many messages. Therefore a turn does not hold others for longer
/// than `patience`, and after `maximumTurns` turns that the process has survived no message is suspect any more.
struct SuspectGateState: Sendable {
    typealias ID = LeaseManagerState.ID

    enum Step: Sendable, Equatable {
        /// The job can download and decode its source.
        case proceed
        /// The job must wait for a change, or until this time.
        case wait(until: Duration?)
    }

    private struct Job {
        var isSuspect: Bool
        /// True for a suspect message whose source is still to be decoded.
        var isPending: Bool
        /// The time at which the job began or got its turn.
        var since: Duration
        /// True while the job waits for a dependency.
        var isPaused = false
        /// The time since which the job waits for its turn; nil when it does not wait.
        var waitsSince: Duration?
    }

    private var jobs: [ID: Job] = [:]
    private var pendingCount = 0
    /// The suspect message whose source is being decoded.
    private(set) var turn: ID?
    /// The time at which the turn began.
    private var turnBegan = Duration.zero
    /// The number of turns that the process has survived.
    private var survivedTurns = 0
    /// The times of the failures that were stored before they happen, within the latest `earlyPeriod`.
    private var earlyFailures: [Duration] = []
    /// True when messages are received one by one.
    private var isCautious = true
    /// The messages with which this process has come to a result, and that are received again.
    private var survived = RecentMessages(capacity: 4096)

    /// The receive count from which a message can be suspect. Two processes that end for another reason, such as two
    /// deployments in a row, make none.
    static let minimumReceives = 3
    /// The maximum time for which a suspect message waits for other jobs, and for which it holds others and the
    /// receiving of messages before its turn and in it. It is longer than the default time limit of a picture. What
    /// lasts longer, in general because a service does not answer, must not stop the service.
    static let patience = Duration.seconds(60)
    /// The number of turns after which the receive counts have another cause than killed processes.
    static let maximumTurns = 32
    /// The maximum number of failures that a process stores before they happen, in `earlyPeriod`. If it survives as
    /// many of them, the receive counts probably have another cause, and each picture that succeeds leaves a useless
    /// record.
    static let maximumEarlyFailures = 4
    static let earlyPeriod = Duration.seconds(3600)
    /// The pause after which a suspect message looks again whether the deletion of others is confirmed.
    static let confirmationPause = Duration.milliseconds(50)

    /// Returns true when a message is suspect. `maxReceives` is `WorkerOptions.maxReceives`.
    func isSuspect(_ messageID: String, receiveCount: Int, maxReceives: Int) -> Bool {
        let minimum = maxReceives > 0 ? max(2, min(Self.minimumReceives, maxReceives)) : Self.minimumReceives
        return receiveCount >= minimum && survivedTurns < Self.maximumTurns && !survived.contains(messageID)
    }

    /// Records the messages of a response of the queue that has any.
    mutating func received(haveSuspects: Bool) { isCautious = haveSuspects }

    /// Returns the maximum number of messages to receive at `now`, nil for no limit, and the time at which it changes
    /// without an event.
    func allowance(now: Duration) -> (messages: Int?, nextChange: Duration?) {
        guard pendingCount > 0 else { return (isCautious ? 1 : nil, nil) }
        let latest = jobs.values.lazy.filter(\.isPending).map(\.since).max() ?? now
        let end = latest + Self.patience
        return now < end ? (0, end) : (1, nil)
    }

    mutating func began(_ id: ID, isSuspect: Bool, now: Duration) {
        jobs[id] = Job(isSuspect: isSuspect, isPending: isSuspect, since: now)
        if isSuspect { pendingCount += 1 }
    }

    /// Records that a job decodes no source any more.
    mutating func decodesNothing(_ id: ID) {
        change(id) { job in
            job.isSuspect = false
            job.isPending = false
        }
    }

    /// Returns whether a job can download and decode its source at `now`. When it can and its message is suspect, it
    /// has the turn until `leave`.
    ///
    /// - Parameter leases: The number of messages that the process has, with those whose deletion is not confirmed yet.
    mutating func enter(_ id: ID, leases: Int, now: Duration) -> Step {
        guard turn != id else { return .proceed }
        // Each round of an attempt decodes the source.
        change(id) { $0.isPending = $0.isSuspect }
        guard var job = jobs[id] else { return .proceed }
        if turn != nil, now < turnBegan + Self.patience {
            if job.isPending, job.waitsSince == nil { job.waitsSince = now }
            jobs[id] = job
            return .wait(until: turnBegan + Self.patience)
        }
        guard job.isPending else { return .proceed }
        let since = job.waitsSince ?? now
        job.waitsSince = since
        jobs[id] = job
        let isBehindAnother = jobs.contains { other, state in
            other < id && other != turn && state.isPending && state.waitsSince != nil
        }
        if isBehindAnother {
            return .wait(until: nil)
        }
        let end = since + Self.patience
        let isAlone = !jobs.contains { $0.key != id && !$0.value.isPaused && !$0.value.isPending }
        guard isAlone || now >= end else { return .wait(until: end) }
        guard leases <= jobs.count || now >= end else {
            return .wait(until: min(end, now + Self.confirmationPause))
        }
        turn = id
        turnBegan = now
        change(id) { $0.since = now }
        return .proceed
    }

    /// Ends the turn of a job, whose source is decoded or has failed.
    mutating func leave(_ id: ID) {
        if turn == id { turn = nil }
        survivedTurns += 1
        change(id) { $0.isPending = false }
    }

    /// Returns true when another failure can be stored before it happens, at `now`.
    func canStoreEarly(now: Duration) -> Bool {
        earlyFailures.count { $0 + Self.earlyPeriod > now } < Self.maximumEarlyFailures
    }

    /// Records that a failure was stored before it happens, at `now`.
    mutating func storedEarly(now: Duration) {
        earlyFailures.removeAll { $0 + Self.earlyPeriod <= now }
        earlyFailures.append(now)
    }

    /// Records that a job waits for a dependency, so that others need not wait for it.
    mutating func pause(_ id: ID) {
        change(id) { job in
            job.isPaused = true
            job.isPending = false
        }
    }

    /// Records that a job goes on after its wait for a dependency.
    mutating func resume(_ id: ID) { change(id) { $0.isPaused = false } }

    /// Records the end of a job.
    ///
    /// - Parameter survivor: The id of the message when the job has come to a result and the message is received again;
    ///   nil otherwise.
    mutating func ended(_ id: ID, survivor: String?) {
        if turn == id { turn = nil }
        change(id) { $0.isPending = false }
        jobs[id] = nil
        if let survivor { survived.insert(survivor) }
    }

    private mutating func change(_ id: ID, _ body: (inout Job) -> Void) {
        guard var job = jobs[id] else { return }
        let before = job.isPending
        body(&job)
        if !job.isPending { job.waitsSince = nil }
        pendingCount += (job.isPending ? 1 : 0) - (before ? 1 : 0)
        jobs[id] = job
    }
}
