// SPDX-License-Identifier: Apache-2.0

internal import Metrics
internal import Pixelation
internal import S3Events
internal import Support

/// A message in the hands of this process.
struct InFlightMessage: Sendable {
    let delivery: Delivery
    let lease: LeaseManagerState.ID
    /// How the others stop the work on it.
    let stopSignal: StopSignal
}

/// One message, from receipt to verdict. Read this first; `LifeOfAMessage` tells why it is so.
struct Job: Sendable {
    let store: any ObjectStore
    var engine: any PictureEngine
    let quarantine: (any Quarantine)?
    let identity: WorkerIdentity
    var options: WorkerOptions
    var policy: Policy
    let budget: MemoryBudget
    let leases: LeaseManager
    /// About source and outputs.
    let breaker: CircuitBreaker
    /// About the place for reasons. When it fails, only those that need it have to wait.
    let quarantineBreaker: CircuitBreaker
    let resultCache: RecordResultCache
    let clock: any WorkerClock
    let metrics: WorkerMetrics
    let log: WorkerLog
    let progress: ProgressCounter
    /// 0...1, for spreading what would otherwise happen at once.
    let random: @Sendable () -> Double

    /// How often to begin anew when source or outputs change underneath.
    private static let rounds = 5

    func run(_ message: InFlightMessage) async {
        let outcomes = await message.stopSignal.run { await judge(message) }
        guard !Task.isCancelled || outcomes.allSatisfy(\.isFinal) else { return }
        if let settlement = settlement(of: outcomes, message.delivery) {
            leases.settle(message.lease, settlement)
        }
        progress.record()
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
                conclude(.skipped(.testEvent), RecordTrace(), delivery, 0)
                return [.skipped(.testEvent)]
            }
            records = notification.records
        } catch {
            records = [.unreadable(error)]
        }
        var verdicts: [RecordResult] = []
        for (index, record) in records.enumerated() {
            if let known = resultCache.verdict(on: index, of: delivery) {
                verdicts.append(known)
                continue
            }
            let began = clock.now
            var trace = RecordTrace()
            let outcome = await attempt(record, of: message, &trace)
            trace.totalTime = clock.now - began
            // The quarantine has its line when the reason is stored.
            let isConcluded = if case .quarantined = outcome { false } else { true }
            if isConcluded { conclude(outcome, trace, delivery, index) }
            verdicts.append(RecordResult(outcome: outcome, trace: trace, isConcluded: isConcluded))
        }
        let obstacle = await storeReasons(of: &verdicts, message)
        resultCache.keep(verdicts, of: delivery)
        return verdicts.map(\.outcome) + (obstacle.map { [$0] } ?? [])
    }

    private func attempt(
        _ record: S3Notification.Record, of message: InFlightMessage, _ trace: inout RecordTrace
    ) async -> Outcome {
        switch record {
        case .removed: return .skipped(.removed)
        case .other: return .skipped(.foreignEvent)
        case .unreadable(let error):
            return outcome(
                of: WorkerError(
                    .notUnderstood, operation: "reading the message", code: error.kind.rawValue,
                    detail: error.description), message.delivery)
        case .created(let event):
            let name = ObjectName(bucket: event.bucket, key: event.key)
            trace.name = name
            trace.dialect = event.dialect.rawValue
            trace.eTag = event.eTag
            trace.versionID = event.versionID
            if options.output.isOutput(bucket: name.bucket, key: name.key) || quarantine?.holds(name) == true
            {
                return .skipped(.ownOutput)
            }
            if event.key.hasSuffix("/") { return .skipped(.folder) }
            if !options.filter.admits(event.key) { return .skipped(.filtered) }
            return await picture(event, of: message, &trace)
        }
    }

    /// Begins anew when a dependency's failure was the reason, as often as the breaker wants it.
    private func picture(
        _ event: ObjectEvent, of message: InFlightMessage, _ trace: inout RecordTrace
    ) async -> Outcome {
        let (delivery, lease, stopSignal) = (message.delivery, message.lease, message.stopSignal)
        // What comes now, a wait for the quarantine perhaps, is not about sources and outputs.
        defer { breaker.forget(lease) }
        // Whoever comes after an attempt that may not have got to its last look has to look in its place.
        var effort = Effort(maySkipUnread: delivery.receiveCount <= 1)
        while true {
            effort.stage = .read
            do {
                let outcome = try await converge(event, of: message, &effort, &trace)
                breaker.succeeded(lease, outcome == .done ? .write : .read)
                return outcome
            } catch let error as WorkerError where stopSignal.reason == nil && !Task.isCancelled {
                metrics.attemptFailures.increment(error.kind)
                guard policy[error.kind] == .openBreaker else {
                    if error.kind.provesReading { breaker.succeeded(lease, .read) }
                    return effort.owing(outcome(of: error, delivery))
                }
                let end = await held(message, by: breaker, for: error, at: effort.stage)
                if case .retried = end { return effort.owing(repeated(error, delivery)) }
                if let end { return end }
                trace.probes += 1
            } catch {
                // A cancelled call may end in any way, and says nothing about whom it called.
                return stopped(stopSignal, error as? WorkerError)
            }
        }
    }

    /// A dependency failed: keeps the message and waits for its turn to try again.
    ///
    /// - Returns: How the record ends instead; nil when it is its turn.
    func held(
        _ message: InFlightMessage, by breaker: CircuitBreaker, for error: WorkerError,
        at stage: CircuitBreakerState.Stage
    ) async -> Outcome? {
        let decision = breaker.failed(
            error, at: stage, by: message.lease, receives: message.delivery.receiveCount, jitter: random())
        guard decision == .hold else { return .retried(error) }
        guard let turn = try? await breaker.waitForProbe(of: message.lease) else {
            return stopped(message.stopSignal, error)
        }
        if case .release(let after) = turn { return .released(after: after, error) }
        return nil
    }

    /// What must be known of one attempt when it fails, and in the next.
    private struct Effort {
        var stage = CircuitBreakerState.Stage.read
        var hasPut = false
        /// Outputs that show the event's source are right without a look at the source.
        var maySkipUnread: Bool

        /// Whoever has put owes a last look, and a failure has kept it from that: the message has to come again,
        /// whatever would become of it otherwise.
        func owing(_ outcome: Outcome) -> Outcome {
            guard hasPut, outcome.isFinal, let error = outcome.error else { return outcome }
            return .retried(error)
        }
    }

    /// Brings the outputs up to the source, whatever version the event announced. Ends only when, after the last
    /// of its puts, the source was still the one they were made from.
    private func converge(
        _ event: ObjectEvent, of message: InFlightMessage, _ effort: inout Effort, _ trace: inout RecordTrace
    ) async throws -> Outcome {
        let (lease, stopSignal) = (message.lease, message.stopSignal)
        let plan = try OutputPlan(event, sizes: engine.sizes, options: options.output)
        // A put may have gone over a newer one, if it was plain or the source's content has come back: whoever made
        // any looks again, and repairs, until all is right, with or without the lease.
        var hasWritten = false
        // As announced. The object may have been replaced since, by a larger one.
        var bodyBytes = min(max(0, event.size ?? .max), engine.maximumBytes)
        defer { stopSignal.leaveCommit() }
        for round in 1...Self.rounds {
            trace.rounds = round
            let existing = try await look(at: plan, isFirst: round == 1)
            if existing.covers(event, recipe: engine.outputFormat) {
                if effort.maySkipUnread && !leases.isRedelivered(lease) { return .skipped(.finished) }
                if let facts = try await store.head(plan.source),
                    existing.stale(from: facts.eTag, recipe: engine.outputFormat).isEmpty
                {
                    return effort.hasPut ? .done : .skipped(.finished)
                }
            }
            stopSignal.start()

            var began = clock.now
            var body = try await budget.downloads.acquire(bodyBytes)
            trace.waitTime += clock.now - began
            progress.record()

            began = clock.now
            let source: SourceObject
            do {
                source = try await fetch(plan.source, event, maximumBytes: bodyBytes)
            } catch let error as WorkerError where error.kind == .tooLarge && bodyBytes < engine.maximumBytes
            {
                bodyBytes = engine.maximumBytes
                continue
            }
            trace.note(source, took: clock.now - began)
            // Nobody has to wait for this picture to hear that reading works again.
            breaker.succeeded(lease, .read, isFinished: false)
            body.shrink(to: source.bytes.count)
            progress.record()
            let stale = existing.stale(from: source.eTag, recipe: engine.outputFormat)
            if stale.isEmpty { return effort.hasPut ? .done : .skipped(.finished) }

            let survey = try engine.survey(source.bytes)
            trace.survey = survey
            began = clock.now
            let room = try await budget.pixels.acquire(survey.workingSetBytes)
            trace.waitTime += clock.now - began
            let (picture, waited, computed) = try await engine.pixelate(source.bytes, survey: survey)
            trace.waitTime += waited
            trace.decodeTime += computed
            progress.record()

            if !hasWritten {
                try await leases.ensureValid(lease)
                try stopSignal.enterCommit()
            }
            hasWritten = true
            effort.hasPut = true
            // What the places show from now on may be our own put, over a newer one.
            effort.maySkipUnread = false
            effort.stage = .write
            began = clock.now
            let stamp = OutputStamp(source: source, event: event, recipe: engine.outputFormat)
            let isStored = try await put(
                picture, stale, of: plan, over: existing, stamp: stamp, tags: source.tags)
            let isCurrent = try await isCurrent(plan.source, stamp)
            trace.putTime += clock.now - began
            trace.bytesOut = picture.outputs.reduce(0) { $0 + $1.bytes.count }
            _ = consume room
            _ = consume body
            progress.record()
            if isStored && isCurrent { return .done }
        }
        throw WorkerError(
            .superseded, operation: "pixelating \(plan.source)",
            detail: "source or outputs changed during each of \(Self.rounds) rounds")
    }
}

extension RecordTrace {
    fileprivate mutating func note(_ source: SourceObject, took time: Duration) {
        getTime += time
        bytesIn = source.bytes.count
        eTag = source.eTag
        versionID = source.versionID ?? versionID
        requestID = source.requestID
    }
}
