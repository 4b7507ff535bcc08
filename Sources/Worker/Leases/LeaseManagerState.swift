// SPDX-License-Identifier: Apache-2.0

/// The one owner of every receipt handle that this process holds: it alone decides what SQS is asked about one.
///
/// A pure state machine. `receive`, `settle` and `secure` say what happened or is wanted; `next` answers with
/// the calls to make now and the time to look again; `answered` takes what came of a call. Nothing here waits.
///
/// What always holds:
/// 1. At most one call about a lease is under way, so an extension can never undo a release or outlive a delete.
/// 2. `expiry` is never later than the queue's own: it counts from before the call was sent.
/// 3. A lease leaves the book exactly once: settled, lost or forgotten. After that nothing is asked about it.
/// 4. A batch has 1...10 entries, each of another lease.
package struct LeaseManagerState: Sendable {
    package struct ID: Hashable, Sendable, Comparable {
        package var number: UInt64
        package static func < (a: ID, b: ID) -> Bool { a.number < b.number }
    }

    /// The end that a job wants for its message.
    package enum Settlement: Sendable, Equatable {
        case delete
        /// Visible to all again after this many whole seconds.
        case release(Duration)
    }

    package enum Loss: String, Sendable, CaseIterable {
        /// The queue says that the handle is not ours.
        case refused
        /// Not extended in time: others may have the message.
        case expired
        /// The queue keeps a message in flight for 12 hours at most, whatever one asks.
        case capped
    }

    package enum Ending: Sendable, Equatable {
        case settled(ID, Settlement)
        case lost(ID, Loss)
        /// The message is ours no more, the settlement was not confirmed: it will come again.
        case settleFailed(ID, Settlement, code: String)
    }

    package enum Receipt: Sendable, Equatable {
        case new(ID)
        /// The message is being worked on under an older handle. The job goes on and uses the new handle.
        case adopted(ID)
    }

    package enum Intent: Sendable, Equatable {
        case delete
        case release(Duration)
        case extend(Duration)
    }

    package struct Entry: Sendable, Equatable {
        package var id: ID
        package var handle: String
        package var intent: Intent
    }

    package enum Call: Sendable, Equatable {
        case delete([Entry])
        case change([Entry])

        package var entries: [Entry] {
            switch self {
            case .delete(let entries), .change(let entries): entries
            }
        }
    }

    package struct Step: Sendable, Equatable {
        package var calls: [Call] = []
        package var endings: [Ending] = []
        /// When to ask again if nothing happens before; nil when there is nothing to wait for.
        package var wake: Duration?
    }

    /// SQS: 12 hours from the receive, extensions do not reset it. The slack is for clocks and the way there.
    package static let cap = Duration.seconds(43_200 - 5)

    private struct Lease: Sendable {
        var messageID: String
        var handle: String
        /// Before the receive call was sent.
        var received: Duration
        var expiry: Duration
        /// When to extend; later after a failed attempt.
        var extendAt: Duration
        /// Failed extensions since the last that succeeded.
        var extendFailures = 0
        var settlement: Settlement?
        /// When to ask for the settlement; later after a failed attempt.
        var settleAt = Duration.zero
        var settleFailures = 0
        var isCalling = false
        var isRedelivered = false
    }

    private let visibility: Duration
    private let batchDelay: Duration
    private var leases: [ID: Lease] = [:]
    private var byMessage: [String: ID] = [:]
    private var lastNumber: UInt64 = 0
    /// Nothing more will come: settlements need not wait for company.
    private var isFlushing = false

    /// - Parameters:
    ///   - visibility: Whole seconds asked for at receive and by each extension.
    ///   - linger: How long a delete or release waits for others to share its call.
    package init(visibility: Duration, batchDelay: Duration = .milliseconds(100)) {
        precondition(visibility >= .seconds(1), "visibility is at least a second")
        self.visibility = visibility
        self.batchDelay = batchDelay
    }

    package var count: Int { leases.count }
    package var ids: [ID] { leases.keys.sorted() }

    /// Since when the oldest lease is held, for the watchdog.
    package var oldestReceipt: Duration? { leases.values.map(\.received).min() }

    /// The earliest end of a lease that is still worked on.
    package var earliestExpiry: Duration? {
        leases.values.filter { $0.settlement == nil }.map(\.expiry).min()
    }

    // MARK: What happens

    /// A message came. `requestedAt` is the time just before the receive call was sent.
    package mutating func register(messageID: String, handle: String, requestedAt: Duration) -> Receipt {
        let expiry = requestedAt + visibility
        if let id = byMessage[messageID], var lease = leases[id] {
            lease.handle = handle
            lease.received = requestedAt
            lease.isRedelivered = true
            lease.expiry = expiry
            lease.extendAt = expiry - visibility / 2
            lease.extendFailures = 0
            // A call under way is about the old handle; its answer will not count, and this asks again.
            leases[id] = lease
            return .adopted(id)
        }
        lastNumber += 1
        let id = ID(number: lastNumber)
        leases[id] = Lease(
            messageID: messageID, handle: handle, received: requestedAt, expiry: expiry,
            extendAt: expiry - visibility / 2)
        byMessage[messageID] = id
        return .new(id)
    }

    /// The job is over. Does nothing for a lease that is lost or already being settled.
    package mutating func settle(_ id: ID, _ settlement: Settlement, now: Duration) {
        guard var lease = leases[id], lease.settlement == nil else { return }
        lease.settlement = settlement
        lease.settleAt = now + batchDelay
        leases[id] = lease
    }

    /// Ends the company-keeping: from now on every settlement goes out at once.
    package mutating func flush() { isFlushing = true }

    /// Drops all leases without a word to the queue.
    package mutating func forgetAll() {
        leases = [:]
        byMessage = [:]
    }

    package func isRedelivered(_ id: ID) -> Bool { leases[id]?.isRedelivered ?? true }

    package enum Hold: Sendable, Equatable { case safe, extending, lost }

    /// May the job write now? `.extending`: not yet; ask again after the next answer.
    package mutating func ensureValid(_ id: ID, now: Duration) -> Hold {
        guard var lease = leases[id] else { return .lost }
        guard lease.expiry - now < margin else { return .safe }
        if !lease.isCalling && lease.extendFailures == 0 {
            lease.extendAt = now
            leases[id] = lease
        }
        return .extending
    }

    /// A job that begins to write has at least this much of its lease left.
    private var margin: Duration { min(.seconds(10), visibility / 4) }

    // MARK: What to do

    package mutating func next(now: Duration) -> Step {
        var step = Step()
        expire(now, into: &step)
        deletions(now, into: &step)
        changes(now, into: &step)
        step.wake = leases.values.filter { !$0.isCalling }.map { wake(of: $0, now: now) }.min()
        return step
    }

    private mutating func expire(_ now: Duration, into step: inout Step) {
        for (id, lease) in leases.sorted(by: { $0.key < $1.key })
        where !lease.isCalling && lease.expiry <= now {
            if let settlement = lease.settlement {
                // One last word is worth it: a late delete is often accepted.
                guard lease.settleFailures > 0 || settlement != .delete else { continue }
                step.endings.append(.settleFailed(id, settlement, code: "expired"))
            } else {
                step.endings.append(
                    .lost(id, now - lease.received >= Self.cap - .seconds(1) ? .capped : .expired))
            }
            remove(id)
        }
    }

    private mutating func deletions(_ now: Duration, into step: inout Step) {
        let waiting = leases.filter { !$0.value.isCalling && $0.value.settlement == .delete }
        let due = waiting.filter {
            isFlushing || $0.value.settleAt <= now || $0.value.expiry - now < batchDelay * 2
        }
        guard !due.isEmpty || waiting.count >= 10 else { return }
        // Who waits for its first attempt travels along; who backs off does not.
        let going = waiting.filter { $0.value.settleFailures == 0 || $0.value.settleAt <= now }
        for batch in batches(going.keys.sorted().map { ($0, .delete) }) { step.calls.append(.delete(batch)) }
    }

    private mutating func changes(_ now: Duration, into step: inout Step) {
        var wanted: [(ID, Intent)] = []
        var anyDue = false
        for (id, lease) in leases.sorted(by: { $0.key < $1.key }) where !lease.isCalling {
            if case .release(let timeout) = lease.settlement {
                // Who waits for its first attempt travels along; who backs off does not.
                guard lease.settleFailures == 0 || lease.settleAt <= now else { continue }
                anyDue = anyDue || isDue(lease, now: now)
                // Past the 12 hours the queue refuses the whole entry.
                let left = Duration.seconds(max(0, (lease.received + Self.cap - now).components.seconds))
                wanted.append((id, .release(min(timeout, left))))
            } else if let timeout = extensible(of: lease, now: now) {
                let isNow = lease.extendAt <= now
                // Those due soon share the call of one that is due now.
                let isSoon = lease.extendFailures == 0 && lease.extendAt - now <= visibility / 4
                guard isNow || isSoon else { continue }
                anyDue = anyDue || isNow
                wanted.append((id, .extend(timeout)))
            }
        }
        guard anyDue else { return }
        for batch in batches(wanted) { step.calls.append(.change(batch)) }
    }

    private func isDue(_ lease: Lease, now: Duration) -> Bool {
        lease.settleAt <= now || (isFlushing && lease.settleFailures == 0)
    }

    /// The visibility to ask for, or nil when nothing would be gained: the 12 hours are over.
    private func extensible(of lease: Lease, now: Duration) -> Duration? {
        let left = lease.received + Self.cap - now
        let timeout = Duration.seconds(min(visibility, left).components.seconds)
        return timeout > .zero && now + timeout > lease.expiry ? timeout : nil
    }

    private func wake(of lease: Lease, now: Duration) -> Duration {
        let isHeld = if case .release = lease.settlement { false } else { true }
        var time = lease.expiry
        if lease.settlement != nil { time = min(time, lease.settleAt) }
        if isHeld, extensible(of: lease, now: max(now, lease.extendAt)) != nil {
            time = min(time, lease.extendAt)
        }
        return time
    }

    /// Groups of at most ten, each entry marked as being asked about.
    private mutating func batches(_ wanted: [(ID, Intent)]) -> [[Entry]] {
        stride(from: 0, to: wanted.count, by: 10).map { start in
            wanted[start..<min(start + 10, wanted.count)].compactMap { id, intent in
                leases[id]?.isCalling = true
                return leases[id].map { Entry(id: id, handle: $0.handle, intent: intent) }
            }
        }
    }

    // MARK: What came of it

    /// The queue answered. `sent` is the time just before the call was sent.
    package mutating func answered(
        _ call: Call, refusals: [Refusal], sent: Duration, now: Duration
    ) -> [Ending] {
        var endings: [Ending] = []
        for (index, entry) in call.entries.enumerated() {
            leases[entry.id]?.isCalling = false
            // Adopted in the meantime: the answer is about a handle that is history.
            guard leases[entry.id]?.handle == entry.handle else { continue }
            if let refusal = refusals.first(where: { $0.index == index }) {
                refused(entry, refusal, now: now, into: &endings)
            } else {
                accepted(entry, sent: sent, into: &endings)
            }
        }
        return endings
    }

    /// The call as a whole came to nothing, as far as is known.
    package mutating func failed(_ call: Call, now: Duration) {
        for entry in call.entries {
            leases[entry.id]?.isCalling = false
            if leases[entry.id]?.handle == entry.handle { backOff(entry, now: now) }
        }
    }

    private mutating func accepted(_ entry: Entry, sent: Duration, into endings: inout [Ending]) {
        switch entry.intent {
        case .delete:
            endings.append(.settled(entry.id, .delete))
            remove(entry.id)
        case .release(let timeout):
            endings.append(.settled(entry.id, .release(timeout)))
            remove(entry.id)
        case .extend(let timeout):
            leases[entry.id]?.expiry = sent + timeout
            leases[entry.id]?.extendAt = sent + timeout / 2
            leases[entry.id]?.extendFailures = 0
        }
    }

    private mutating func refused(
        _ entry: Entry, _ refusal: Refusal, now: Duration, into endings: inout [Ending]
    ) {
        guard refusal.isLoss else { return backOff(entry, now: now) }
        if let settlement = leases[entry.id]?.settlement {
            endings.append(.settleFailed(entry.id, settlement, code: refusal.code))
        } else {
            endings.append(.lost(entry.id, .refused))
        }
        remove(entry.id)
    }

    /// Tries again soon, and ever later, but several times before the lease ends.
    private mutating func backOff(_ entry: Entry, now: Duration) {
        guard var lease = leases[entry.id] else { return }
        func delay(_ failures: Int) -> Duration {
            min(.milliseconds(250) * (1 << min(failures - 1, 6)), visibility / 8)
        }
        if case .extend = entry.intent {
            lease.extendFailures += 1
            lease.extendAt = now + delay(lease.extendFailures)
        } else {
            lease.settleFailures += 1
            lease.settleAt = now + delay(lease.settleFailures)
        }
        leases[entry.id] = lease
    }

    private mutating func remove(_ id: ID) {
        if let lease = leases.removeValue(forKey: id) { byMessage[lease.messageID] = nil }
    }
}
