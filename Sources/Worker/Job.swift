// SPDX-License-Identifier: Apache-2.0

internal import Locking
internal import Metrics
internal import S3Events

/// One message, from receipt to verdict. Read this first; `LifeOfAMessage` tells why it is so.
struct Job: Sendable {
    let store: any ObjectStore
    var engine: any PictureEngine
    let quarantine: (any Quarantine)?
    let provenance: Provenance
    var options: WorkerOptions
    var policy: Policy
    let budget: MemoryBudget
    let keeper: LeaseKeeper
    /// About source and outputs.
    let circuit: Circuit
    /// About the place for reasons. When it fails, only those that need it have to wait.
    let quarantineCircuit: Circuit
    let checkpoints: Checkpoints
    let clock: any WorkerClock
    let metrics: WorkerMetrics
    let story: Story
    let pulse: Pulse
    /// 0...1, for spreading what would otherwise happen at once.
    let random: @Sendable () -> Double

    /// How often to begin anew when source or outputs change underneath.
    private static let rounds = 5

    func run(_ delivery: Delivery, lease: LeaseBook.ID, leash: Leash) async {
        let outcomes = await leash.hold { await judge(delivery, lease: lease, leash: leash) }
        circuit.left(lease)
        quarantineCircuit.left(lease)
        guard let outcomes, !Task.isCancelled || outcomes.allSatisfy(\.isFinal) else { return }
        if let settlement = settlement(of: outcomes, delivery) {
            if settlement == .delete { checkpoints.drop(delivery.messageID) }
            keeper.settle(lease, settlement)
        }
        pulse.beat()
    }

    /// All records are attempted; each gets its line in the log.
    ///
    /// - Returns: How each ended, and what holds up the message besides.
    private func judge(_ delivery: Delivery, lease: LeaseBook.ID, leash: Leash) async -> [Outcome] {
        let records: [S3Notification.Record]
        do {
            let notification = try Envelope.decode(delivery.body, keys: options.keyEncoding)
            guard !notification.isTest else {
                conclude(.skipped(.testEvent), Tale(), delivery, 0)
                return [.skipped(.testEvent)]
            }
            records = notification.records
        } catch {
            records = [.unreadable(error)]
        }
        var verdicts: [Verdict] = []
        for (index, record) in records.enumerated() {
            if let known = checkpoints.verdict(on: index, of: delivery.messageID) {
                verdicts.append(known)
                continue
            }
            let began = clock.now
            var tale = Tale()
            let outcome = await attempt(record, delivery, lease: lease, leash: leash, &tale)
            tale.total = clock.now - began
            // The quarantine has its line when the reason is stored.
            let isConcluded = if case .quarantine = outcome { false } else { true }
            if isConcluded { conclude(outcome, tale, delivery, index) }
            verdicts.append(Verdict(outcome: outcome, tale: tale, isConcluded: isConcluded))
        }
        let obstacle = await storeReasons(of: &verdicts, delivery, lease: lease, leash: leash)
        checkpoints.keep(verdicts, of: delivery.messageID)
        return verdicts.map(\.outcome) + (obstacle.map { [$0] } ?? [])
    }

    private func attempt(
        _ record: S3Notification.Record, _ delivery: Delivery, lease: LeaseBook.ID, leash: Leash,
        _ tale: inout Tale
    ) async -> Outcome {
        switch record {
        case .removed: return .skipped(.removed)
        case .foreign: return .skipped(.foreignEvent)
        case .unreadable(let error):
            return outcome(
                of: WorkerError(
                    .notUnderstood, operation: "reading the message", code: error.kind.rawValue,
                    detail: error.description), delivery)
        case .created(let event):
            tale.name = ObjectName(bucket: event.bucket, key: event.key)
            tale.dialect = event.dialect.rawValue
            tale.eTag = event.eTag
            tale.versionID = event.versionID
            let name = ObjectName(bucket: event.bucket, key: event.key)
            if options.output.isOutput(bucket: name.bucket, key: name.key) || quarantine?.holds(name) == true
            {
                return .skipped(.ownOutput)
            }
            if event.key.hasSuffix("/") { return .skipped(.folder) }
            if !options.filter.admits(event.key) { return .skipped(.filtered) }
            return await picture(event, delivery, lease: lease, leash: leash, &tale)
        }
    }

    /// Begins anew when a dependency's failure was the reason, as often as the breaker wants it.
    private func picture(
        _ event: ObjectEvent, _ delivery: Delivery, lease: LeaseBook.ID, leash: Leash, _ tale: inout Tale
    ) async -> Outcome {
        // Where a plain put may have gone over a newer one, whoever comes after an attempt that did not get to its
        // last look has to look in its place.
        var effort = Effort(maySkipUnread: options.output.conditionalWrites || delivery.receiveCount <= 1)
        while true {
            effort.reach = .reading
            do {
                let outcome = try await converge(event, lease: lease, leash: leash, &effort, &tale)
                circuit.succeeded(lease, outcome == .done ? .writing : .reading)
                return outcome
            } catch let error as WorkerError where leash.stop == nil && !Task.isCancelled {
                metrics.failures.increment(error.kind)
                guard policy[error.kind] == .outage else {
                    if error.kind.provesReading { circuit.succeeded(lease, .reading) }
                    return outcome(of: error, delivery)
                }
                let end = await held(
                    error, at: effort.reach, by: circuit, delivery, lease: lease, leash: leash)
                if case .retry = end { return repeated(error, delivery) }
                if let end { return end }
                tale.probes += 1
            } catch {
                // A cancelled call may end in any way, and says nothing about whom it called.
                return stopped(leash, error as? WorkerError)
            }
        }
    }

    /// A dependency failed: keeps the message and waits for its turn to try again.
    ///
    /// - Returns: How the record ends instead; nil when it is its turn.
    private func held(
        _ error: WorkerError, at reach: Breaker.Reach, by circuit: Circuit, _ delivery: Delivery,
        lease: LeaseBook.ID, leash: Leash
    ) async -> Outcome? {
        let advice = circuit.failed(
            error, at: reach, by: lease, receives: delivery.receiveCount, spread: random())
        guard advice == .hold else { return .retry(error) }
        guard let turn = try? await circuit.turn(of: lease) else { return stopped(leash, error) }
        if case .giveBack(let after) = turn { return .returned(after: after, error) }
        return nil
    }

    /// What must be known of one attempt when it fails, and in the next.
    private struct Effort {
        var reach = Breaker.Reach.reading
        var hasPut = false
        /// Outputs that show the event's source are right without a look at the source.
        var maySkipUnread: Bool
    }

    /// Brings the outputs up to the source, whatever version the event announced. Ends only when, after the last
    /// of its puts, the source was still the one they were made from.
    private func converge(
        _ event: ObjectEvent, lease: LeaseBook.ID, leash: Leash, _ effort: inout Effort, _ tale: inout Tale
    ) async throws -> Outcome {
        let plan = try OutputPlan(event, sizes: engine.sizes, options: options.output)
        // Plain puts may have gone over newer ones: whoever made any looks again, and repairs, until all is right,
        // with or without the lease. A conditional put never does that, so a lost lease may stop it at once.
        let mustRepair = !options.output.conditionalWrites
        var hasWritten = false
        // As announced. The object may have been replaced since, by a larger one.
        var bodyBytes = min(max(0, event.size ?? .max), engine.maximumBytes)
        defer { leash.endWriting() }
        for round in 1...Self.rounds {
            tale.rounds = round
            let shelf = try await look(at: plan, isFirst: round == 1)
            if effort.maySkipUnread && shelf.covers(event, recipe: engine.recipe) {
                return .skipped(.finished)
            }
            leash.start()

            var began = clock.now
            var body = try await budget.bodies.reserve(bodyBytes)
            tale.waited += clock.now - began
            pulse.beat()

            began = clock.now
            let source: SourceObject
            do {
                source = try await fetch(plan.source, event, maximumBytes: bodyBytes)
            } catch let error as WorkerError where error.kind == .tooLarge && bodyBytes < engine.maximumBytes
            {
                bodyBytes = engine.maximumBytes
                continue
            }
            tale.note(source, took: clock.now - began)
            // Nobody has to wait for this picture to hear that reading works again.
            circuit.succeeded(lease, .reading, isOver: false)
            body.shrink(to: source.bytes.count)
            pulse.beat()
            let stale = shelf.stale(from: source, recipe: engine.recipe)
            if stale.isEmpty { return effort.hasPut ? .done : .skipped(.finished) }

            let survey = try engine.survey(source.bytes)
            tale.survey = survey
            began = clock.now
            let room = try await budget.pixels.reserve(survey.workingSetBytes)
            tale.waited += clock.now - began
            let picture = try await engine.pixelate(source.bytes, survey: survey)
            tale.waited += picture.waited
            tale.computed += picture.computed
            pulse.beat()

            if !(mustRepair && hasWritten) {
                try await keeper.secure(lease)
                try leash.beginWriting()
            }
            hasWritten = true
            effort.hasPut = true
            // What the places show from now on may be our own put, over a newer one.
            effort.maySkipUnread = false
            effort.reach = .writing
            began = clock.now
            let stamp = Stamp(source: source, event: event, recipe: engine.recipe)
            let isStored = try await put(
                picture, stale, of: plan, over: shelf, stamp: stamp, tags: source.tags)
            let isCurrent = try await isCurrent(plan.source, stamp)
            if !mustRepair { leash.endWriting() }
            tale.stored += clock.now - began
            tale.bytesOut = picture.variants.reduce(0) { $0 + $1.bytes.count }
            _ = consume room
            _ = consume body
            pulse.beat()
            if isStored && isCurrent { return .done }
        }
        throw WorkerError(
            .superseded, operation: "pixelating \(plan.source)",
            detail: "source or outputs changed during each of \(Self.rounds) rounds")
    }
}

// MARK: Steps

extension Job {
    /// What lies at the places of the outputs. A new picture has none: if the first is missing, so are the others,
    /// and should one not be, its put is refused and the second round looks at all.
    private func look(at plan: OutputPlan, isFirst: Bool) async throws -> Shelf {
        var spots = plan.places.map { _ in Shelf.Spot.empty }
        guard let first = plan.places.first else { return Shelf(spots: spots) }
        spots[0] = try await look(at: first.name)
        if isFirst && spots[0] == .empty { return Shelf(spots: spots) }
        try await withThrowingTaskGroup(of: (Int, Shelf.Spot).self) { group in
            for (index, place) in plan.places.enumerated().dropFirst() {
                group.addTask { (index, try await look(at: place.name)) }
            }
            for try await (index, spot) in group { spots[index] = spot }
        }
        return Shelf(spots: spots)
    }

    private func look(at name: ObjectName) async throws -> Shelf.Spot {
        do {
            return try await store.head(name).map(Shelf.Spot.taken) ?? .empty
        } catch let error as WorkerError where error.kind == .accessDenied {
            // Allowed to write and not to read, or missing without s3:ListBucket.
            return .unknown
        }
    }

    private func fetch(
        _ source: ObjectName, _ event: ObjectEvent, maximumBytes: Int
    ) async throws -> SourceObject {
        // Known to be too large, unless it has been replaced since.
        if let size = event.size, size > engine.maximumBytes,
            let facts = try await store.head(source), facts.eTag == event.eTag
        {
            throw WorkerError(
                .tooLarge, operation: "GetObject \(source)", code: "too-many-bytes",
                detail: "\(size) bytes, more than \(engine.maximumBytes)")
        }
        return try await store.get(source, maximumBytes: maximumBytes)
    }

    /// Stores those variants whose place does not show this source yet, all at once.
    ///
    /// - Returns: False when somebody else wrote to one of the places since we looked.
    private func put(
        _ picture: PixelatedPicture, _ stale: [Int], of plan: OutputPlan, over shelf: Shelf, stamp: Stamp,
        tags: [String: String]
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in stale {
                let variant = picture.variants[index]
                let output = OutputObject(
                    name: plan.places[index].name, bytes: variant.bytes, contentType: variant.contentType,
                    metadata: stamp.metadata, tags: tags)
                let condition = options.output.conditionalWrites ? shelf.spots[index].condition : .none
                group.addTask {
                    do {
                        try await store.put(output, if: condition)
                        return true
                    } catch let error as WorkerError where error.kind == .superseded {
                        return false
                    }
                }
            }
            var isStored = true
            while let result = await group.nextResult() { isStored = try result.get() && isStored }
            return isStored
        }
    }

    /// The outputs may stay if the source is what they were made from, or is gone.
    private func isCurrent(_ source: ObjectName, _ stamp: Stamp) async throws -> Bool {
        guard let facts = try await store.head(source) else { return true }
        return facts.eTag == stamp.eTag
    }
}

// MARK: Verdicts

extension Job {
    /// By the outcome table.
    private func outcome(of error: WorkerError, _ delivery: Delivery) -> Outcome {
        switch policy[error.kind] {
        case .acknowledge: .acknowledged(error)
        // With no place for reasons it is left for the queue's own dead-letter queue.
        case .quarantine: quarantine == nil ? .retry(error) : .quarantine(error)
        case .retry, .outage: repeated(error, delivery)
        }
    }

    private func repeated(_ error: WorkerError, _ delivery: Delivery) -> Outcome {
        let isLast = options.attempts > 0 && delivery.receiveCount >= options.attempts
        return isLast && quarantine != nil ? .quarantine(error) : .retry(error)
    }

    private func stopped(_ leash: Leash, _ error: WorkerError?) -> Outcome {
        switch leash.stop {
        case .leaseLost: .lost
        case .graceOver, nil:
            .returned(after: leash.hasStarted || error != nil ? Breaker.shortly : .zero, error)
        }
    }

    /// Stores the reasons, once nothing of the message has to be repeated: a message that comes again would
    /// bring them again.
    ///
    /// - Returns: What becomes of the message because one cannot be stored; nil when all are.
    private func storeReasons(
        of verdicts: inout [Verdict], _ delivery: Delivery, lease: LeaseBook.ID, leash: Leash
    ) async -> Outcome? {
        guard let quarantine, verdicts.allSatisfy(\.outcome.isFinal) else { return nil }
        for index in verdicts.indices where !verdicts[index].isConcluded {
            guard let error = verdicts[index].outcome.error else { continue }
            let tale = verdicts[index].tale
            let record = QuarantineRecord(error, tale, delivery, record: index, provenance)
            if let obstacle = await store(record, in: quarantine, delivery, lease: lease, leash: leash) {
                story.quarantineFailed(error, of: delivery)
                conclude(obstacle, tale, delivery, index)
                return obstacle
            }
            metrics.quarantined.increment()
            conclude(verdicts[index].outcome, tale, delivery, index)
            verdicts[index].isConcluded = true
        }
        return nil
    }

    /// - Returns: What becomes of the message when the reason cannot be stored.
    private func store(
        _ record: QuarantineRecord, in quarantine: any Quarantine, _ delivery: Delivery,
        lease: LeaseBook.ID, leash: Leash
    ) async -> Outcome? {
        while true {
            do {
                try await keeper.secure(lease)
                try await quarantine.store(record, id: "\(record.messageID)-\(record.record)")
                quarantineCircuit.succeeded(lease, .writing)
                return nil
            } catch let error as WorkerError where leash.stop == nil && !Task.isCancelled {
                metrics.failures.increment(error.kind)
                guard policy[error.kind] == .outage else { return .retry(error) }
                if let end = await held(
                    error, at: .writing, by: quarantineCircuit, delivery, lease: lease, leash: leash)
                {
                    return end
                }
            } catch {
                return stopped(leash, error as? WorkerError)
            }
        }
    }

    private func conclude(_ outcome: Outcome, _ tale: Tale, _ delivery: Delivery, _ index: Int) {
        metrics.outcomes.increment(outcome.kind)
        if let error = outcome.error, let trouble = Outcome.Trouble(rawValue: outcome.kind.rawValue) {
            metrics.troubles.increment(trouble, error.kind)
        }
        if case .skipped(let why) = outcome { metrics.skips.increment(why) }
        if outcome == .done {
            metrics.bytesIn.increment(by: tale.bytesIn ?? 0)
            metrics.bytesOut.increment(by: tale.bytesOut ?? 0)
            metrics.sourceBytes.record(UInt64(tale.bytesIn ?? 0))
            metrics.wait.record(tale.waited)
            metrics.fetch.record(tale.fetched)
            metrics.compute.record(tale.computed)
            metrics.store.record(tale.stored)
            metrics.total.record(tale.total)
        }
        story.record(outcome, tale, of: delivery, index: index)
    }

    /// The message takes the worst of its records. Nil when nothing may be said about it any more.
    private func settlement(of outcomes: [Outcome], _ delivery: Delivery) -> LeaseBook.Settlement? {
        if outcomes.allSatisfy(\.isFinal) { return .delete }
        if outcomes.contains(.lost) { return nil }
        var delay = Duration.zero
        for outcome in outcomes {
            switch outcome {
            case .retry:
                let backoff = Backoff(
                    first: .seconds(options.retrySeconds), last: .seconds(options.retryMaximumSeconds))
                delay = max(delay, backoff.delay(attempt: delivery.receiveCount, spread: random()))
            case .returned(let after, _): delay = max(delay, after)
            case .done, .skipped, .acknowledged, .quarantine, .lost: break
            }
        }
        return .release(delay.roundedUp)
    }
}

extension Duration {
    /// In whole seconds, as the queue takes them.
    fileprivate var roundedUp: Duration {
        let (seconds, attoseconds) = components
        return .seconds(attoseconds > 0 ? seconds + 1 : seconds)
    }
}

extension Tale {
    fileprivate mutating func note(_ source: SourceObject, took time: Duration) {
        fetched += time
        bytesIn = source.bytes.count
        eTag = source.eTag
        versionID = source.versionID ?? versionID
        requestID = source.requestID
    }
}

extension QuarantineRecord {
    fileprivate init(
        _ error: WorkerError, _ tale: Tale, _ delivery: Delivery, record: Int, _ provenance: Provenance
    ) {
        self.init(
            body: delivery.body, messageID: delivery.messageID, record: record, bucket: tale.name?.bucket,
            key: tale.name?.key, versionID: tale.versionID, eTag: tale.eTag, error: error.kind.rawValue,
            errorCode: error.code, reason: error.description, requestID: error.requestID,
            receiveCount: delivery.receiveCount,
            milliseconds: Timings(
                wait: tale.waited.milliseconds, get: tale.fetched.milliseconds,
                decode: tale.computed.milliseconds, put: tale.stored.milliseconds,
                total: tale.total.milliseconds),
            host: provenance.host, version: provenance.version)
    }
}
