// SPDX-License-Identifier: Apache-2.0

package import AWS
internal import Support

/// The leases of this process: a pure state machine that decides when messages are extended, deleted and released.
///
/// A lease begins when a message is registered and is extended by heartbeats (ChangeMessageVisibility) until the job
/// settles the message. `register`, `settle` and `ensureValid` take the steps of the job. `next` returns the calls to
/// make now and the time of the next check. `answered` and `failed` take the result of a call. `LeaseManager` makes the
/// calls and does the waiting.
///
/// Invariants:
/// 1. At most one call about a lease is in progress, so an extension can never undo a release or outlive a delete.
/// 2. `expiry` is never later than the queue's own: it counts from the time just before the call was sent.
/// 3. A lease ends exactly once: settled, lost or forgotten. After that no call is made about it.
/// 4. A batch has 1...10 entries, each of another lease.
package struct LeaseManagerState: Sendable {
    /// The identifier of a lease, unique in this process.
    package struct ID: Hashable, Sendable, Comparable {
        package var number: UInt64
        package static func < (a: ID, b: ID) -> Bool { a.number < b.number }
    }

    /// The call that ends the processing of a message.
    package enum Settlement: Sendable, Equatable {
        case delete
        /// Makes the message visible again after this time, in whole seconds.
        case release(Duration)
    }

    /// The reason for which a lease was lost.
    package enum Loss: String, Sendable, CaseIterable {
        /// The queue has refused the receipt handle.
        case refused
        /// No extension was confirmed before the visibility timeout was over.
        case expired
        /// The message has been in flight for the 12 hours that SQS allows.
        case capped
    }

    /// The way in which a lease ended.
    package enum LeaseEnd: Sendable, Equatable {
        /// The queue has confirmed the settlement.
        case settled(ID, Settlement)
        case lost(ID, Loss)
        /// The lease is over and the settlement is not confirmed: the message becomes visible again. `code` is the
        /// queue's error code, or `expired`.
        case settleFailed(ID, Settlement, code: String)
    }

    /// The result of registering a received message.
    package enum Registration: Sendable, Equatable {
        case new(ID)
        /// The message already has a lease, under an older receipt handle. Its job goes on with the new handle.
        case adopted(ID)
    }

    /// The purpose of a batch entry.
    package enum Intent: Sendable, Equatable {
        case delete
        /// A ChangeMessageVisibility to this timeout that ends the lease.
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
        /// DeleteMessageBatch.
        case delete([Entry])
        /// ChangeMessageVisibilityBatch: releases and heartbeats.
        case change([Entry])

        package var entries: [Entry] {
            switch self {
            case .delete(let entries), .change(let entries): entries
            }
        }
    }

    /// The result of `next`.
    package struct Step: Sendable, Equatable {
        /// The calls to make now, concurrently.
        package var calls: [Call] = []
        /// The leases that ended without a call, because their time is over.
        package var ended: [LeaseEnd] = []
        /// The time of the next check if nothing happens before; nil when no lease needs one.
        package var nextCheck: Duration?
    }

    /// The result of `ensureValid`.
    package enum Validity: Sendable, Equatable {
        /// The rest of the lease is `writeMargin` or more.
        case valid
        /// The rest of the lease is less than `writeMargin`; a heartbeat is due or in progress.
        case extending
        /// The lease has ended.
        case lost
    }

    /// The time for which SQS keeps a message in flight, 12 hours from the receive whatever the extensions, less
    /// five seconds for the duration of the calls (SQS Developer Guide, "visibility timeout").
    package static let inFlightLimit = Duration.seconds(43_200 - 5)

    /// The number of entries that SQS takes in a batch.
    private static let batchSize = 10

    private struct Lease: Sendable {
        var messageID: String
        /// The receipt handle of the latest receive, the only one that is sure to delete.
        var handle: String
        /// The time just before the latest poll was sent.
        var receivedAt: Duration
        var expiry: Duration
        var nextHeartbeat: Duration
        /// Failed heartbeats since the last that succeeded.
        var heartbeatFailures = 0
        var settlement: Settlement?
        /// The time of the next attempt to settle.
        var settleAt = Duration.zero
        var settleFailures = 0
        /// True when the message was received again after its registration.
        var wasReceivedAgain = false
        /// True while a call about this lease is in progress.
        var hasCall = false
    }

    /// The receive call that is in progress when the worker begins to drain.
    ///
    /// A message that is released while a receive call waits at the queue goes into the answer to that call, and its
    /// receive count rises for nothing. So releases wait for the end of the call.
    private enum Poll {
        case none
        case inProgress(end: Duration)
        /// Cancelled here; the queue may answer it until `end` all the same.
        case cancelled(end: Duration)
    }

    private let visibility: Duration
    /// The time after which a lease is extended: half of the visibility timeout.
    private let heartbeat: Duration
    private let batchDelay: Duration
    private var leases: [ID: Lease] = [:]
    private var leaseOfMessage: [String: ID] = [:]
    private var lastNumber: UInt64 = 0
    /// True when settlements are sent without the batch delay.
    private var isFlushing = false
    private var poll = Poll.none
    private var deferredReleases: [(id: ID, delay: Duration)] = []

    /// - Parameters:
    ///   - visibility: The visibility timeout of receives and heartbeats, in whole seconds.
    ///   - batchDelay: The time for which a delete or release waits for others to share its call.
    package init(visibility: Duration, batchDelay: Duration = .milliseconds(100)) {
        precondition(visibility >= .seconds(1), "the visibility timeout is at least a second")
        self.visibility = visibility
        heartbeat = visibility / 2
        self.batchDelay = batchDelay
    }

    /// The number of leases.
    package var count: Int { leases.count }

    /// The receive time of the oldest lease.
    package var oldestReceipt: Duration? { leases.values.map(\.receivedAt).min() }

    /// The earliest expiry of the leases that are not being settled.
    package var earliestExpiry: Duration? {
        leases.values.filter { $0.settlement == nil }.map(\.expiry).min()
    }

    /// The part of a lease that must be left when a job begins to write: a quarter of the visibility timeout, 10 s at
    /// most. Heartbeats extend the lease of a job that writes for longer.
    private var writeMargin: Duration { min(.seconds(10), visibility / 4) }

    // MARK: Reports of the jobs

    /// Begins the lease of a received message. `requestedAt` is the time just before the poll was sent.
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

    /// Settles the message of a lease. The first settlement of a lease counts; a lost lease is left as it is. A release
    /// waits for the end of the receive call that `deferReleases` announced.
    package mutating func settle(_ id: ID, _ settlement: Settlement, now: Duration) {
        var settlement = settlement
        switch (settlement, poll) {
        case (.release(let delay), .inProgress): return deferredReleases.append((id, delay))
        case (.release(let delay), .cancelled(let end)):
            settlement = .release(max(delay, (end - now).roundedUpToSeconds))
        default: break
        }
        guard var lease = leases[id], lease.settlement == nil else { return }
        lease.settlement = settlement
        lease.settleAt = now + batchDelay
        leases[id] = lease
    }

    /// Defers releases until `flushReleases`: a receive call is in progress and may be answered until `pollEnd`.
    package mutating func deferReleases(until pollEnd: Duration) { poll = .inProgress(end: pollEnd) }

    /// Settles the deferred releases: the receive call has ended.
    ///
    /// - Parameter pollWasCancelled: True when the queue may still answer the call. The messages then become visible
    ///   after its end.
    package mutating func flushReleases(pollWasCancelled: Bool, now: Duration) {
        if case .inProgress(let end) = poll { poll = pollWasCancelled ? .cancelled(end: end) : .none }
        let releases = deferredReleases
        deferredReleases = []
        for (id, delay) in releases { settle(id, .release(delay), now: now) }
    }

    /// Ends the batch delay: from now on every settlement is sent at once.
    package mutating func flush() { isFlushing = true }

    /// Drops all leases without a call. The messages become visible again when their visibility timeout is over.
    package mutating func forgetAll() {
        leases = [:]
        leaseOfMessage = [:]
    }

    /// Returns true if the message has been received again since its registration. An ended lease counts as received
    /// again, because another worker may have received its message.
    package func wasReceivedAgain(_ id: ID) -> Bool { leases[id]?.wasReceivedAgain ?? true }

    /// Checks that a job may begin to write under its lease. `.extending` starts a heartbeat if none is in progress;
    /// the caller checks again after its answer.
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

    /// Returns what is to be done now. Leases whose time is over have ended when this returns, and the leases of the
    /// returned calls take part in no other call until `answered` or `failed`.
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

    /// True for a first attempt, which may share the call of others before its batch delay is over, and for a
    /// repetition whose backoff is over.
    private func isReadyToSettle(_ lease: Lease, now: Duration) -> Bool {
        lease.settleFailures == 0 || lease.settleAt <= now
    }

    /// The visibility timeout of the next heartbeat; nil when it could not extend the lease because of the 12 hours.
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

    /// Takes the answer to a call. `sent` is the time just before it was sent.
    package mutating func answered(
        _ call: Call, refusals: [BatchFailure], sent: Duration, now: Duration
    ) -> [LeaseEnd] {
        var ended: [LeaseEnd] = []
        for (index, entry) in call.entries.enumerated() {
            leases[entry.id]?.hasCall = false
            // The message was received again meanwhile: the answer is about its old handle.
            guard leases[entry.id]?.handle == entry.handle else { continue }
            if let refusal = refusals.first(where: { $0.index == index }) {
                refused(entry, refusal, now: now, into: &ended)
            } else {
                accepted(entry, sent: sent, into: &ended)
            }
        }
        return ended
    }

    /// Takes the failure of a whole call. Its entries are tried again, as the queue may not have processed them.
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
        _ entry: Entry, _ refusal: BatchFailure, now: Duration, into ended: inout [LeaseEnd]
    ) {
        guard refusal.isLoss else { return backOff(entry, now: now) }
        if let settlement = leases[entry.id]?.settlement {
            ended.append(.settleFailed(entry.id, settlement, code: refusal.code))
        } else {
            ended.append(.lost(entry.id, .refused))
        }
        remove(entry.id)
    }

    /// Delays the next attempt: 250 ms, doubled by each failure up to an eighth of the visibility timeout, so that
    /// several attempts fit into the rest of the lease.
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
