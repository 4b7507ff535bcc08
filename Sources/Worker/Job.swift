// SPDX-License-Identifier: Apache-2.0

internal import Locking
internal import Metrics
internal import S3Events

/// A message in the hands of this process.
struct InFlightMessage: Sendable {
    let delivery: Delivery
    let lease: LeaseBook.ID
    /// How the others stop the work on it.
    let leash: Leash
}

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

    func run(_ message: InFlightMessage) async {
        let outcomes = await message.leash.hold { await judge(message) }
        guard let outcomes, !Task.isCancelled || outcomes.allSatisfy(\.isFinal) else { return }
        if let settlement = settlement(of: outcomes, message.delivery) {
            keeper.settle(message.lease, settlement)
        }
        pulse.beat()
    }

    /// All records are attempted; each gets its line in the log.
    ///
    /// - Returns: How each ended, and what holds up the message besides.
    private func judge(_ message: InFlightMessage) async -> [Outcome] {
        let delivery = message.delivery
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
            if let known = checkpoints.verdict(on: index, of: delivery) {
                verdicts.append(known)
                continue
            }
            let began = clock.now
            var tale = Tale()
            let outcome = await attempt(record, of: message, &tale)
            tale.total = clock.now - began
            // The quarantine has its line when the reason is stored.
            let isConcluded = if case .quarantine = outcome { false } else { true }
            if isConcluded { conclude(outcome, tale, delivery, index) }
            verdicts.append(Verdict(outcome: outcome, tale: tale, isConcluded: isConcluded))
        }
        let obstacle = await storeReasons(of: &verdicts, message)
        checkpoints.keep(verdicts, of: delivery)
        return verdicts.map(\.outcome) + (obstacle.map { [$0] } ?? [])
    }

    private func attempt(
        _ record: S3Notification.Record, of message: InFlightMessage, _ tale: inout Tale
    ) async -> Outcome {
        switch record {
        case .removed: return .skipped(.removed)
        case .foreign: return .skipped(.foreignEvent)
        case .unreadable(let error):
            return outcome(
                of: WorkerError(
                    .notUnderstood, operation: "reading the message", code: error.kind.rawValue,
                    detail: error.description), message.delivery)
        case .created(let event):
            let name = ObjectName(bucket: event.bucket, key: event.key)
            tale.name = name
            tale.dialect = event.dialect.rawValue
            tale.eTag = event.eTag
            tale.versionID = event.versionID
            if options.output.isOutput(bucket: name.bucket, key: name.key) || quarantine?.holds(name) == true
            {
                return .skipped(.ownOutput)
            }
            if event.key.hasSuffix("/") { return .skipped(.folder) }
            if !options.filter.admits(event.key) { return .skipped(.filtered) }
            return await picture(event, of: message, &tale)
        }
    }

    /// Begins anew when a dependency's failure was the reason, as often as the breaker wants it.
    private func picture(
        _ event: ObjectEvent, of message: InFlightMessage, _ tale: inout Tale
    ) async -> Outcome {
        let (delivery, lease, leash) = (message.delivery, message.lease, message.leash)
        // What comes now, a wait for the quarantine perhaps, is not about sources and outputs.
        defer { circuit.left(lease) }
        // Whoever comes after an attempt that may not have got to its last look has to look in its place.
        var effort = Effort(maySkipUnread: delivery.receiveCount <= 1)
        while true {
            effort.reach = .reading
            do {
                let outcome = try await converge(event, of: message, &effort, &tale)
                circuit.succeeded(lease, outcome == .done ? .writing : .reading)
                return outcome
            } catch let error as WorkerError where leash.stop == nil && !Task.isCancelled {
                metrics.failures.increment(error.kind)
                guard policy[error.kind] == .outage else {
                    if error.kind.provesReading { circuit.succeeded(lease, .reading) }
                    return effort.owing(outcome(of: error, delivery))
                }
                let end = await held(message, by: circuit, for: error, at: effort.reach)
                if case .retry = end { return effort.owing(repeated(error, delivery)) }
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
    func held(
        _ message: InFlightMessage, by circuit: Circuit, for error: WorkerError, at reach: Breaker.Reach
    ) async -> Outcome? {
        let advice = circuit.failed(
            error, at: reach, by: message.lease, receives: message.delivery.receiveCount, spread: random())
        guard advice == .hold else { return .retry(error) }
        guard let turn = try? await circuit.turn(of: message.lease) else {
            return stopped(message.leash, error)
        }
        if case .giveBack(let after) = turn { return .returned(after: after, error) }
        return nil
    }

    /// What must be known of one attempt when it fails, and in the next.
    private struct Effort {
        var reach = Breaker.Reach.reading
        var hasPut = false
        /// Outputs that show the event's source are right without a look at the source.
        var maySkipUnread: Bool

        /// Whoever has put owes a last look, and a failure has kept it from that: the message has to come again,
        /// whatever would become of it otherwise.
        func owing(_ outcome: Outcome) -> Outcome {
            guard hasPut, outcome.isFinal, let error = outcome.error else { return outcome }
            return .retry(error)
        }
    }

    /// Brings the outputs up to the source, whatever version the event announced. Ends only when, after the last
    /// of its puts, the source was still the one they were made from.
    private func converge(
        _ event: ObjectEvent, of message: InFlightMessage, _ effort: inout Effort, _ tale: inout Tale
    ) async throws -> Outcome {
        let (lease, leash) = (message.lease, message.leash)
        let plan = try OutputPlan(event, sizes: engine.sizes, options: options.output)
        // A put may have gone over a newer one, if it was plain or the source's content has come back: whoever made
        // any looks again, and repairs, until all is right, with or without the lease.
        var hasWritten = false
        // As announced. The object may have been replaced since, by a larger one.
        var bodyBytes = min(max(0, event.size ?? .max), engine.maximumBytes)
        defer { leash.endWriting() }
        for round in 1...Self.rounds {
            tale.rounds = round
            let shelf = try await look(at: plan, isFirst: round == 1)
            if shelf.covers(event, recipe: engine.recipe) {
                if effort.maySkipUnread && !leash.isShared { return .skipped(.finished) }
                if let facts = try await store.head(plan.source),
                    shelf.stale(from: facts.eTag, recipe: engine.recipe).isEmpty
                {
                    return effort.hasPut ? .done : .skipped(.finished)
                }
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
            let stale = shelf.stale(from: source.eTag, recipe: engine.recipe)
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

            if !hasWritten {
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

extension Tale {
    fileprivate mutating func note(_ source: SourceObject, took time: Duration) {
        fetched += time
        bytesIn = source.bytes.count
        eTag = source.eTag
        versionID = source.versionID ?? versionID
        requestID = source.requestID
    }
}
