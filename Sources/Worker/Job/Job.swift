// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Metrics
internal import S3Events
internal import Support

/// The processing of one message, from its receipt to its settlement.
///
/// - `run` decodes the notification, processes its records one after another, stores permanent failures in the
///   quarantine, counts and logs each result, and settles the message.
/// - `processRecord` skips records that need no work by their event type or key, and makes attempts at the others.
/// - `withBreakerRetry` repeats an attempt that failed because of a dependency, when the circuit breaker permits.
/// - `reconcile`, in `Job+Reconcile.swift`, makes one attempt: it inspects the outputs, downloads, pixelates, uploads
///   and verifies.
/// - `Job+Failures.swift` contains the outcomes of failed records.
///
/// The article `LifeOfAMessage` explains the order of the steps.
struct Job: Sendable {
    var store: any ObjectStore
    var engine: any PictureEngine
    let quarantine: (any Quarantine)?
    let identity: WorkerIdentity
    var options: WorkerOptions
    var policy: Policy
    let budget: MemoryBudget
    let leases: LeaseManager
    /// The circuit breaker for sources and outputs.
    let breaker: CircuitBreaker
    /// The circuit breaker for the quarantine destination. Only messages with permanent failures wait for it.
    let quarantineBreaker: CircuitBreaker
    let suspects: SuspectGate
    let resultCache: RecordResultCache
    let backlog: Backlog
    let clock: any WorkerClock
    let metrics: WorkerMetrics
    let log: WorkerLog
    let progress: ProgressCounter
    /// The function that returns a random number in 0...1 for the jitter of delays.
    let random: @Sendable () -> Double
    /// The maker of traces; nil without tracing.
    let tracer: Tracer?

    /// Processes a message and settles it.
    ///
    /// - Returns: The outcomes of the records. When a failure cannot be stored in the quarantine, they are followed by
    ///   one more outcome, because of which the message is not deleted.
    func run(_ message: InFlightMessage) async -> [Outcome] {
        let observedStore = ObservedStore(store, of: message.lease, breaker: breaker, clock: clock)
        let start = clock.now
        let wasWaiting = isDependencyFailing
        let (outcomes, traces, spans) = await message.stopSignal.run {
            () -> ([Outcome], [RecordTrace], [RecordSpans]) in
            var spans: [RecordSpans] = []
            var traces: [RecordTrace] = []
            var results: [RecordResult] = []
            let original = OriginalBody(
                of: message.content.body, attributes: message.content.attributes)
            let records: [S3Notification.Record]
            do throws(S3EventsError) {
                let notification = try original.notification()
                records = notification.records
                if notification.isTest {
                    results = [RecordResult(outcome: .skipped(.testEvent), trace: RecordTrace())]
                }
            } catch {
                records = [.unreadable(error)]
            }
            let isSelected = records.indices.map { original.selects($0, of: records.count) }
            let isSingle = isSelected.count { $0 } == 1
            for (index, record) in records.enumerated() {
                if !isSelected[index] {
                    results.append(
                        RecordResult(outcome: .skipped(.finished), trace: RecordTrace(), isReported: true))
                } else if message.isRedelivered,
                    let known = resultCache.result(ofRecord: index, of: message.content)
                {
                    results.append(known)
                } else {
                    let (result, recordSpans) = await processRecord(
                        record, of: message, isSingle ? (original, index) : nil,
                        isReplay: original.isReplay, observedStore)
                    results.append(result)
                    traces.append(result.trace)
                    if let recordSpans { spans.append(recordSpans) }
                }
            }
            var obstacle: (index: Int, outcome: Outcome)?
            // A failure is stored when no record has to be repeated: the repetition would store it once more.
            if results.contains(where: \.isStorePending), results.allSatisfy(\.outcome.isFinal) {
                suspects.decodesNothing(message.lease)
                obstacle = await storeFailures(in: &results, of: message, original)
            }
            // Cached results were reported at an earlier receive. Permanent failures that are stored at a later receive
            // are reported there.
            for index in results.indices where !results[index].isReported {
                var outcome = results[index].outcome
                if let obstacle, obstacle.index == index {
                    outcome = obstacle.outcome
                } else {
                    guard !results[index].isStorePending else { continue }
                    results[index].isReported = true
                }
                metrics.recordEnded(outcome, results[index].trace)
                log.recordEnded(
                    outcome, results[index].trace, of: message, index: index, logged: options.pictureLog)
            }
            resultCache.keep(results, of: message.content)
            return (results.map(\.outcome) + (obstacle.map { [$0.outcome] } ?? []), traces, spans)
        }
        if !observedStore.isReported { breaker.trialWasInconclusive() }
        // A cancelled worker releases nothing: its messages become visible when their visibility timeout ends.
        guard !Task.isCancelled || outcomes.allSatisfy(\.isFinal) else { return outcomes }
        if outcomes.allSatisfy(\.isFinal) {
            // The time of a message that has waited for a dependency says nothing about the work.
            if !wasWaiting, !isDependencyFailing, traces.allSatisfy({ $0.probes == 0 }) {
                backlog.ended(traces, isPicture: outcomes.contains(.done), after: clock.now - start)
            }
            leases.settle(message.lease, .delete, spans)
        } else if !outcomes.contains(.lost) {
            leases.settle(message.lease, .release(releaseDelay(of: outcomes, message)))
        }
        progress.record()
        return outcomes
    }

    private var isDependencyFailing: Bool { breaker.opening != nil || quarantineBreaker.opening != nil }

    private func processRecord(
        _ record: S3Notification.Record, of message: InFlightMessage,
        _ onlyRecord: (body: OriginalBody, index: Int)?, isReplay: Bool, _ store: ObservedStore
    ) async -> (result: RecordResult, spans: RecordSpans?) {
        let start = clock.now
        var spans: RecordSpans?
        var trace = RecordTrace()
        var isStored = false
        var outcome: Outcome
        switch record {
        case .removed: outcome = .skipped(.removed)
        case .other: outcome = .skipped(.foreignEvent)
        case .unreadable(let error):
            let error = WorkerError(
                .notUnderstood, operation: "reading the message", code: error.kind.rawValue,
                detail: error.description)
            outcome = self.outcome(of: error, message)
        case .created(let event):
            let object = ObjectReference(bucket: event.bucket, key: event.key)
            trace = RecordTrace(object, event)
            if OutputPlan.isOutput(object, options: options.output) || quarantine?.holds(object) == true {
                outcome = .skipped(.ownOutput)
            } else if !options.filter.admits(bucket: event.bucket) {
                let error = WorkerError(
                    .bucketNotAllowed, operation: "processing \(object)", code: "bucket-not-allowed",
                    detail: "filter.buckets does not contain this bucket; add it if its pictures are wanted")
                outcome = self.outcome(of: error, message)
            } else if event.mayBeFolder && event.size == 0 {
                outcome = .skipped(.folder)
            } else if !options.filter.admits(event.key) {
                outcome = .skipped(.filtered)
            } else {
                spans = tracer?.begin(message, now: start)
                trace.traceID = spans?.traceID
                var attempt = RecordAttempt(event, of: message, trace: trace)
                attempt.spans = spans
                attempt.onlyRecord = onlyRecord
                outcome = await withBreakerRetry(&attempt, store)
                if attempt.isStoredEarly { outcome = await finalOutcome(outcome, attempt) }
                isStored = attempt.isStoredEarly
                trace = attempt.trace
                spans?.finish(
                    outcome, trace, of: message, eventTime: event.time, isReplay: isReplay, now: clock.now)
            }
        }
        trace.totalTime = clock.now - start
        return (RecordResult(outcome: outcome, trace: trace, isStored: isStored), spans)
    }

    /// Makes attempts at a record until it ends, and returns its outcome. An attempt that fails because of a dependency
    /// is repeated when the circuit breaker permits it.
    private func withBreakerRetry(_ attempt: inout RecordAttempt, _ store: ObservedStore) async -> Outcome {
        let message = attempt.message
        var job = self
        job.store = store
        let engine = ObservedEngine(engine, of: message.lease, breaker: breaker, clock: clock)
        job.engine = engine
        // The message may go on to wait for the quarantine, which says nothing about sources and outputs.
        defer { if store.isReported { breaker.forget(message.lease) } }
        while true {
            do {
                return try await job.reconcile(&attempt)
            } catch let error as WorkerError where !isStopped(message) {
                metrics.attemptFailures.increment(error.kind)
                let request = engine.takeFailure() ?? store.takeFailure()
                // With a policy of its own, a refusal is treated as that says.
                let isOutage =
                    policy[error.kind] == .openBreaker
                    || policy[error.kind] == .retry && breaker.isFailureOfAll(error, of: message)
                guard isOutage else {
                    return await job.checked(outcome(of: error, message), attempt, request)
                }
                store.markReported()
                switch await waitForRecovery(
                    of: breaker, from: error, request, message)
                {
                case .repeatAttempt: attempt.trace.probes += 1
                case .isolate:
                    return await job.checked(retriedOrQuarantined(error, message), attempt, request)
                case .end(let outcome): return outcome
                }
            } catch {
                return outcomeOfStop(message, error as? WorkerError)
            }
        }
    }

    /// Returns the outcome of a failed attempt. When it has uploaded outputs, the outcome is one after which the
    /// message is deleted only if an upload has failed and the source is still the one that was downloaded; otherwise
    /// it is `.retried`, because the uploaded outputs can have replaced newer ones.
    private func checked(
        _ outcome: Outcome, _ attempt: RecordAttempt, _ request: RequestHistory.Request
    ) async -> Outcome {
        let checked = attempt.requiringCheck(outcome)
        guard checked != outcome, request.operation == .write, let source = attempt.trace.source else {
            return checked
        }
        do {
            let current = try await store.head(source)?.unquotedETag
            return current == nil || current == attempt.trace.eTag ? outcome : checked
        } catch {
            return checked
        }
    }

    /// Returns true when a stop of the work on a message was requested. The error of a call is then no evidence about
    /// the service, because a cancelled call can fail with any error.
    func isStopped(_ message: InFlightMessage) -> Bool {
        message.stopSignal.reason != nil || Task.isCancelled
    }

    /// Returns the delay after which a message becomes visible again: the longest delay of the outcomes of its records.
    private func releaseDelay(of outcomes: [Outcome], _ message: InFlightMessage) -> Duration {
        var delay = Duration.zero
        for outcome in outcomes {
            switch outcome {
            case .retried:
                let backoff = Backoff.messageRetry(options)
                delay = max(delay, backoff.delay(attempt: message.content.receiveCount, jitter: random()))
            case .released(let after, _): delay = max(delay, after)
            case .done, .skipped, .ignored, .quarantined, .lost: break
            }
        }
        return delay.roundedUpToSeconds
    }
}

extension RecordTrace {
    fileprivate init(_ object: ObjectReference, _ event: ObjectEvent) {
        self.init(
            source: object, dialect: event.dialect.rawValue, eTag: event.eTag, versionID: event.versionID)
    }
}
