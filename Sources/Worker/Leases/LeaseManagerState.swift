// SPDX-License-Identifier: Apache-2.0

package import AWS
internal import Support

/// The state of the leases of this process, which determines when messages are extended, deleted and released.
///
/// A lease begins when a message is registered and is extended by heartbeats (ChangeMessageVisibility) until the job
/// settles the message. `register`, `settle` and `ensureValid` record the steps of the job. `next` returns the calls
/// that are due and the time of the next check. `answered` and `failed` record the result of a call. `LeaseManager`
/// makes the calls and does the waiting.
///
/// Invariants:
/// 1. At most one call for a lease is in progress, so that an extension cannot undo a release or follow a delete.
/// 2. `expiry` is never later than that of the queue, because it is computed from the time just before the call was
///    sent.
/// 3. A lease ends exactly once: settled, lost or forgotten. No calls for it follow.
/// 4. A batch has 1...10 entries of different leases.
package struct LeaseManagerState: Sendable {
    /// The identifier of a lease, unique in this process.
    package struct ID: Hashable, Sendable, Comparable {
        package var number: UInt64
        package static func < (a: ID, b: ID) -> Bool { a.number < b.number }
    }

    /// The call that ends the processing of a message.
    package enum Settlement: Sendable, Equatable {
        case delete
        /// A release: the message becomes visible again after this time, in whole seconds.
        case release(Duration)
    }

    /// The reason why a lease was lost.
    package enum Loss: String, Sendable, CaseIterable {
        /// The queue has refused the receipt handle.
        case refused
        /// No extension was confirmed before the visibility timeout had passed.
        case expired
        /// The message has been in flight for 12 hours, the maximum of SQS.
        case capped
    }

    /// The way in which a lease ended.
    package enum LeaseEnd: Sendable, Equatable {
        /// The queue has confirmed the settlement.
        case settled(ID, Settlement)
        case lost(ID, Loss)
        /// The lease has ended without a confirmed settlement, so that the message becomes visible again. `code` is the
        /// error code of the queue, or `expired`.
        case settleFailed(ID, Settlement, code: String)

        var id: ID {
            switch self {
            case .settled(let id, _), .lost(let id, _), .settleFailed(let id, _, _): id
            }
        }
    }

    /// The result of registering a received message.
    package enum Registration: Sendable, Equatable {
        case new(ID)
        /// The message already has a lease with an older receipt handle. Its job continues with the new receipt handle.
        case adopted(ID)
    }

    /// The purpose of a batch entry.
    package enum Intent: Sendable, Equatable {
        case delete
        /// A release: a ChangeMessageVisibility to this timeout that ends the lease.
        case release(Duration)
        /// A heartbeat: a ChangeMessageVisibility to this timeout that extends the lease.
        case extend(Duration)
    }

    /// One entry of a batch.
    package struct Entry: Sendable, Equatable {
        package var id: ID
        /// The receipt handle at the time of the call.
        package var handle: String
        package var intent: Intent
    }

    /// A call to the queue.
    package enum Call: Sendable, Equatable {
        /// A DeleteMessageBatch call with these entries.
        case delete([Entry])
        /// A ChangeMessageVisibilityBatch call with these entries: releases and heartbeats.
        case change([Entry])

        package var entries: [Entry] {
            switch self {
            case .delete(let entries), .change(let entries): entries
            }
        }
    }

    /// The result of `next`: the calls that are due, and the leases that ended without a call.
    package struct Step: Sendable, Equatable {
        /// The calls that are due now and can be made concurrently.
        package var calls: [Call] = []
        /// The leases that ended without a call, because they have expired.
        package var ended: [LeaseEnd] = []
        /// The time, by `WorkerClock`, at which `next` must be called again; nil when no lease needs it. It must be
        /// called earlier when another function changes the state.
        package var nextCheck: Duration?
    }

    /// The result of `ensureValid`: whether enough of a lease is left for the uploads of a job.
    package enum Validity: Sendable, Equatable {
        /// The rest of the lease is `writeMargin` or more.
        case valid
        /// The rest of the lease is less than `writeMargin`, and a heartbeat is due or in progress.
        case extending
        /// The lease has ended.
        case lost
    }

    /// The maximum time for which SQS keeps a message in flight, 12 hours after the receive regardless of extensions,
    /// minus five seconds for the duration of the calls (SQS Developer Guide, "visibility timeout").
    package static let inFlightLimit = Duration.seconds(43_200 - 5)

    /// The maximum number of entries in a batch of SQS.
    private static let batchSize = 10

    private struct Lease: Sendable {
        var messageID: String
        /// The receipt handle of the latest receive. A delete with an older one may have no effect.
        var handle: String
        /// The time, by `WorkerClock`, just before the poll was sent that returned the message last.
        var receivedAt: Duration
        var expiry: Duration
        var nextHeartbeat: Duration
        /// The number of failed heartbeats since the last successful one.
        var heartbeatFailures = 0
        var settlement: Settlement?
        /// The time of the next attempt to settle the message, by `WorkerClock`; unused while `settlement` is nil.
        var settleAt = Duration.zero
        var settleFailures = 0
        /// True when the message was received again after its registration.
        var wasReceivedAgain = false
        /// True while a call for this lease is in progress.
        var hasCall = false
    }

    /// The poll that is in progress when the drain begins.
    ///
    /// When a message is released while a poll waits at the queue, the response to this poll contains the message, and
    /// its receive count rises without need. Therefore releases wait for the end of the poll.
    private enum PollAtDrain {
        case none
        case inProgress(end: Duration)
        /// The poll was cancelled by this process. The queue can still respond to it until `end`.
        case cancelled(end: Duration)
    }

    private let visibility: Duration
    /// The interval of heartbeats: half of the visibility timeout.
    private let heartbeat: Duration
    private let batchDelay: Duration
    private var leases: [ID: Lease] = [:]
    private var leaseOfMessage: [String: ID] = [:]
    private var lastNumber: UInt64 = 0
    /// True when settlements are sent at once, without the batch delay.
    private var isFlushing = false
    private var pollAtDrain = PollAtDrain.none
    private var deferredReleases: [(id: ID, delay: Duration)] = []

    /// Makes a state without leases.
    ///
    /// - Parameters:
    ///   - visibility: The visibility timeout of receives and heartbeats, in whole seconds.
    ///   - batchDelay: The time for which a delete or release waits for others, so that they are sent in one batch.
    package init(visibility: Duration, batchDelay: Duration = .milliseconds(100)) {
        precondition(visibility >= .seconds(1), "the visibility timeout is at least a second")
        self.visibility = visibility
        heartbeat = visibility / 2
        self.batchDelay = batchDelay
    }

    /// The number of leases.
    package var count: Int { leases.count }

    /// The receive time of the oldest lease, by `WorkerClock`; nil when there is no lease.
    package var oldestReceipt: Duration? { leases.values.map(\.receivedAt).min() }

    /// The earliest expiry of the leases that are not being settled, as a time of `WorkerClock`; nil when there is
    /// none.
    package var earliestExpiry: Duration? {
        leases.values.filter { $0.settlement == nil }.map(\.expiry).min()
    }

    /// The part of a lease that must be left when a job begins to upload: a quarter of the visibility timeout, at most
    /// 10 s. Heartbeats extend the lease while the uploads continue.
    private var writeMargin: Duration { min(.seconds(10), visibility / 4) }

    // MARK: Reports of the jobs

    /// Registers a received message, with which its lease begins. `requestedAt` is the time just before the poll was
    /// sent.
    package mutating func register(messageID: String, handle: String, requestedAt: Duration) -> Registration {
        let expiry = requestedAt + visibility
        let nextHeartbeat = requestedAt + heartbeat
        if let id = leaseOfMessage[messageID], var lease = leases[id] {
            // The answer to a call in progress is about the old handle and will be ignored.
            lease.handle = handle
            lease.receivedAt = requestedAt
            lease.expiry = expiry
            lease.nextHeartbeat = nextHeartbeat
            lease.heartbeatFailures = 0
            lease.wasReceivedAgain = true
            leases[id] = lease
            return .adopted(id)
        }
        lastNumber += 1
        let id = ID(number: lastNumber)
        leases[id] = Lease(
            messageID: messageID, handle: handle, receivedAt: requestedAt, expiry: expiry,
            nextHeartbeat: nextHeartbeat)
        leaseOfMessage[messageID] = id
        return .new(id)
    }

    /// Settles the message of a lease. Only the first settlement of a lease has an effect, and none after the lease is
    /// lost. A release waits for the end of the poll for which `deferReleases` was called.
    ///
    /// - Parameter isUrgent: True for a call without the batch delay.
    /// - Returns: False when the settlement has no effect.
    @discardableResult
    package mutating func settle(
        _ id: ID, _ settlement: Settlement, now: Duration, isUrgent: Bool = false
    ) -> Bool {
        var settlement = settlement
        switch (settlement, pollAtDrain) {
        case (.release(let delay), .inProgress):
            deferredReleases.append((id, delay))
            return true
        case (.release(let delay), .cancelled(let end)):
            settlement = .release(max(delay, (end - now).roundedUpToSeconds))
        default: break
        }
        guard var lease = leases[id], lease.settlement == nil else { return false }
        lease.settlement = settlement
        lease.settleAt = isUrgent ? now : now + batchDelay
        leases[id] = lease
        return true
    }

    /// Defers releases until `flushReleases`, because a poll is in progress to which the queue can respond until
    /// `pollEnd`.
    package mutating func deferReleases(until pollEnd: Duration) { pollAtDrain = .inProgress(end: pollEnd) }

    /// Settles the messages whose releases were deferred, after the end of the poll.
    ///
    /// - Parameter pollWasCancelled: True when the queue can still respond to the poll. The released messages then
    ///   become visible only after the `pollEnd` of `deferReleases`.
    package mutating func flushReleases(pollWasCancelled: Bool, now: Duration) {
        if case .inProgress(let end) = pollAtDrain {
            pollAtDrain = pollWasCancelled ? .cancelled(end: end) : .none
        }
        let releases = deferredReleases
        deferredReleases = []
        for (id, delay) in releases { settle(id, .release(delay), now: now) }
    }

    /// Ends the batch delay, so that every settlement is sent at once.
    package mutating func flush() { isFlushing = true }

    /// Removes all leases without a call. The messages become visible again when their visibility timeout has passed.
    package mutating func forgetAll() {
        leases = [:]
        leaseOfMessage = [:]
    }

    /// Returns true when the message has been received again since its registration, or when the lease has ended, so
    /// that another worker can have received the message.
    package func wasReceivedAgain(_ id: ID) -> Bool { leases[id]?.wasReceivedAgain ?? true }

    /// Returns true until a lease has ended.
    package func isHeld(_ id: ID) -> Bool { leases[id] != nil }

    /// Returns whether enough of a lease is left for a job to upload its outputs. With `.extending` a heartbeat becomes
    /// due unless one is in progress, and the caller checks again after the response to it.
    package mutating func ensureValid(_ id: ID, now: Duration) -> Validity {
        guard var lease = leases[id] else { return .lost }
        guard lease.expiry - now < writeMargin else { return .valid }
        if !lease.hasCall && lease.heartbeatFailures == 0 {
            lease.nextHeartbeat = now
            leases[id] = lease
        }
        return .extending
    }

    // MARK: Decisions

    /// Returns the calls that are due, and ends the leases that have expired. The leases of the returned calls are in
    /// no other call until `answered` or `failed` is called.
    package mutating func next(now: Duration) -> Step {
        var step = Step()
        endExpired(now, into: &step)
        addDeletes(now, into: &step)
        addChanges(now, into: &step)
        step.nextCheck = leases.values.filter { !$0.hasCall }.map { nextCheck(of: $0, now: now) }.min()
        return step
    }

    private mutating func endExpired(_ now: Duration, into step: inout Step) {
        for (id, lease) in leases.sorted(by: { $0.key < $1.key }) where !lease.hasCall && lease.expiry <= now
        {
            if let settlement = lease.settlement {
                // A delete is tried once even after the expiry: SQS often accepts it.
                guard lease.settleFailures > 0 || settlement != .delete else { continue }
                step.ended.append(.settleFailed(id, settlement, code: "expired"))
            } else {
                let isCapped = now - lease.receivedAt >= Self.inFlightLimit - .seconds(1)
                step.ended.append(.lost(id, isCapped ? .capped : .expired))
            }
            remove(id)
        }
    }

    private mutating func addDeletes(_ now: Duration, into step: inout Step) {
        let waiting = leases.filter { !$0.value.hasCall && $0.value.settlement == .delete }
        let hasDue = waiting.values.contains {
            isFlushing || $0.settleAt <= now || $0.expiry - now < batchDelay * 2
        }
        guard hasDue || waiting.count >= Self.batchSize else { return }
        let ready = waiting.filter { isReadyToSettle($0.value, now: now) }
        for batch in batches(ready.keys.sorted().map { ($0, .delete) }) { step.calls.append(.delete(batch)) }
    }

    private mutating func addChanges(_ now: Duration, into step: inout Step) {
        var wanted: [(ID, Intent)] = []
        var hasDue = false
        for (id, lease) in leases.sorted(by: { $0.key < $1.key }) where !lease.hasCall {
            if case .release(let timeout) = lease.settlement {
                guard isReadyToSettle(lease, now: now) else { continue }
                hasDue =
                    hasDue || lease.settleAt <= now || (isFlushing && lease.settleFailures == 0)
                // SQS refuses a timeout that ends after the 12 hours.
                let left = max(0, (lease.receivedAt + Self.inFlightLimit - now).components.seconds)
                wanted.append((id, .release(min(timeout, .seconds(left)))))
            } else if let timeout = extensionTimeout(of: lease, now: now) {
                let isDue = lease.nextHeartbeat <= now
                // A heartbeat that is due soon shares the call of one that is due now.
                let isSoon = lease.heartbeatFailures == 0 && lease.nextHeartbeat - now <= visibility / 4
                guard isDue || isSoon else { continue }
                hasDue = hasDue || isDue
                wanted.append((id, .extend(timeout)))
            }
        }
        guard hasDue else { return }
        for batch in batches(wanted) { step.calls.append(.change(batch)) }
    }

    /// Returns true when a settlement can be sent: when it has not been sent before, or when the backoff after a
    /// failure has passed.
    private func isReadyToSettle(_ lease: Lease, now: Duration) -> Bool {
        lease.settleFailures == 0 || lease.settleAt <= now
    }

    /// Returns the visibility timeout of the next heartbeat; nil when it cannot extend the lease because of the maximum
    /// of 12 hours.
    private func extensionTimeout(of lease: Lease, now: Duration) -> Duration? {
        let left = lease.receivedAt + Self.inFlightLimit - now
        let timeout = Duration.seconds(min(visibility, left).components.seconds)
        return timeout > .zero && now + timeout > lease.expiry ? timeout : nil
    }

    private func nextCheck(of lease: Lease, now: Duration) -> Duration {
        let isReleased = if case .release = lease.settlement { true } else { false }
        var time = lease.expiry
        if lease.settlement != nil { time = min(time, lease.settleAt) }
        if !isReleased, extensionTimeout(of: lease, now: max(now, lease.nextHeartbeat)) != nil {
            time = min(time, lease.nextHeartbeat)
        }
        return time
    }

    private mutating func batches(_ wanted: [(ID, Intent)]) -> [[Entry]] {
        stride(from: 0, to: wanted.count, by: Self.batchSize).map { start in
            wanted[start..<min(start + Self.batchSize, wanted.count)].compactMap { id, intent in
                leases[id]?.hasCall = true
                return leases[id].map { Entry(id: id, handle: $0.handle, intent: intent) }
            }
        }
    }

    // MARK: Results of the calls

    /// Records the response to a call, and returns the leases that ended by it.
    ///
    /// - Parameters:
    ///   - refusals: The failures of the entries that the queue refused.
    ///   - sent: The time, by `WorkerClock`, just before the call was sent.
    package mutating func answered(
        _ call: Call, refusals: [BatchFailure], sent: Duration, now: Duration
    ) -> [LeaseEnd] {
        var ended: [LeaseEnd] = []
        for (index, entry) in call.entries.enumerated() {
            leases[entry.id]?.hasCall = false
            // The message was received again meanwhile: the answer is about its old handle.
            guard leases[entry.id]?.handle == entry.handle else { continue }
            if let refusal = refusals.first(where: { $0.index == index }) {
                refused(entry, refusal, sent: sent, now: now, into: &ended)
            } else {
                accepted(entry, sent: sent, into: &ended)
            }
        }
        return ended
    }

    /// Records the failure of a call as a whole. Its entries are sent again, because the queue may not have processed
    /// them.
    package mutating func failed(_ call: Call, now: Duration) {
        for entry in call.entries {
            leases[entry.id]?.hasCall = false
            if leases[entry.id]?.handle == entry.handle { backOff(entry, now: now) }
        }
    }

    private mutating func accepted(_ entry: Entry, sent: Duration, into ended: inout [LeaseEnd]) {
        switch entry.intent {
        case .delete:
            ended.append(.settled(entry.id, .delete))
            remove(entry.id)
        case .release(let timeout):
            ended.append(.settled(entry.id, .release(timeout)))
            remove(entry.id)
        case .extend(let timeout):
            leases[entry.id]?.expiry = sent + timeout
            // The last extension before the 12 hours is shorter than the visibility timeout.
            leases[entry.id]?.nextHeartbeat = sent + min(heartbeat, timeout / 2)
            leases[entry.id]?.heartbeatFailures = 0
        }
    }

    private mutating func refused(
        _ entry: Entry, _ refusal: BatchFailure, sent: Duration, now: Duration,
        into ended: inout [LeaseEnd]
    ) {
        guard refusal.isLoss else { return backOff(entry, now: now) }
        if case .extend = entry.intent, let lease = leases[entry.id], lease.settlement == .delete,
            lease.settleFailures == 0
        {
            // A delete that waited for this heartbeat is tried once, as after any other expiry.
            leases[entry.id]?.expiry = min(lease.expiry, sent)
            return
        }
        if let settlement = leases[entry.id]?.settlement {
            ended.append(.settleFailed(entry.id, settlement, code: refusal.code))
        } else {
            ended.append(.lost(entry.id, .refused))
        }
        remove(entry.id)
    }

    /// Delays the next attempt by 250 ms, doubled with each failure up to an eighth of the visibility timeout, so that
    /// several attempts are possible in the rest of the lease.
    private mutating func backOff(_ entry: Entry, now: Duration) {
        guard var lease = leases[entry.id] else { return }
        func delay(_ failures: Int) -> Duration {
            min(.milliseconds(250) * (1 << min(failures - 1, 6)), visibility / 8)
        }
        if case .extend = entry.intent {
            lease.heartbeatFailures += 1
            lease.nextHeartbeat = now + delay(lease.heartbeatFailures)
        } else {
            lease.settleFailures += 1
            lease.settleAt = now + delay(lease.settleFailures)
        }
        leases[entry.id] = lease
    }

    private mutating func remove(_ id: ID) {
        if let lease = leases.removeValue(forKey: id) { leaseOfMessage[lease.messageID] = nil }
    }
}
