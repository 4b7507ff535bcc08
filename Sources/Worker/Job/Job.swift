// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Metrics
internal import S3Events
internal import Support

/// The processing of one message, from its receipt to its settlement.
///
/// - `process` decodes the notification, processes its records one after another, stores permanent failures in the
///   quarantine, and reports each result.
/// - `processRecord` skips events that need no work.
/// - `withBreakerRetry` repeats an attempt that failed because of a dependency, when the circuit breaker permits.
/// - `reconcile`, in `Job+Reconcile.swift`, makes one attempt: it inspects the outputs, downloads, pixelates, uploads
///   and verifies.
/// - `Job+Failures.swift` contains the outcomes of failed records.
///
/// The article `LifeOfAMessage` explains the order of the steps.
struct Job: Sendable {
    let store: any ObjectStore
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
    let resultCache: RecordResultCache
    let clock: any WorkerClock
    let metrics: WorkerMetrics
    let log: WorkerLog
    let progress: ProgressCounter
    /// The function that returns a random number in 0...1 for the jitter of delays.
    let random: @Sendable () -> Double

    /// Processes a message and settles it.
    ///
    /// - Returns: The outcomes of the records. When a failure cannot be stored in the quarantine, they are followed by
    ///   the outcome for which the message is not deleted.
    func run(_ message: InFlightMessage) async -> [Outcome] {
        let outcomes = await message.stopSignal.run { await process(message) }
        // A cancelled worker releases nothing: its messages become visible when their visibility timeout ends.
        guard !Task.isCancelled || outcomes.allSatisfy(\.isFinal) else { return outcomes }
        if outcomes.allSatisfy(\.isFinal) {
            leases.settle(message.lease, .delete)
        } else if !outcomes.contains(.lost) {
            leases.settle(message.lease, .release(releaseDelay(of: outcomes, message)))
        }
        progress.record()
        return outcomes
    }

    private func process(_ message: InFlightMessage) async -> [Outcome] {
        var results: [RecordResult] = []
        var records: [S3Notification.Record]
        do {
            let notification = try Envelope.decode(message.content.body)
            records = notification.records
            if notification.isTest {
                results = [RecordResult(outcome: .skipped(.testEvent), trace: RecordTrace())]
            }
        } catch {
            records = [.unreadable(error)]
        }
        for (index, record) in records.enumerated() {
            if message.isRedelivered, let known = resultCache.result(ofRecord: index, of: message.content) {
                results.append(known)
            } else {
                results.append(await processRecord(record, of: message))
            }
        }
        var obstacle: (index: Int, outcome: Outcome)?
        // A failure is stored when no record has to be repeated: the repetition would store it once more.
        if results.contains(where: \.isStorePending), results.allSatisfy(\.outcome.isFinal) {
            obstacle = await storeFailures(in: &results, of: message)
        }
        for index in results.indices where !results[index].isReported {
            if let obstacle, obstacle.index == index {
                report(obstacle.outcome, results[index].trace, of: message, index: index)
            } else if !results[index].isStorePending {
                report(results[index].outcome, results[index].trace, of: message, index: index)
                results[index].isReported = true
            }
        }
        resultCache.keep(results, of: message.content)
        return results.map(\.outcome) + (obstacle.map { [$0.outcome] } ?? [])
    }

    private func processRecord(
        _ record: S3Notification.Record, of message: InFlightMessage
    ) async -> RecordResult {
        let start = clock.now
        var trace = RecordTrace()
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
            trace = RecordTrace(event)
            if let reason = reasonToSkip(event) {
                outcome = .skipped(reason)
            } else {
                var attempt = RecordAttempt(event, of: message, trace: trace)
                outcome = await withBreakerRetry(&attempt)
                trace = attempt.trace
            }
        }
        trace.totalTime = clock.now - start
        return RecordResult(outcome: outcome, trace: trace)
    }

    /// Returns the reason why an event needs no work, judged by its bucket and key; nil when it needs work.
    private func reasonToSkip(_ event: ObjectEvent) -> Outcome.Skip? {
        let object = ObjectReference(bucket: event.bucket, key: event.key)
        if OutputPlan.isOutput(object, options: options.output) || quarantine?.holds(object) == true {
            return .ownOutput
        }
        if event.key.hasSuffix("/") { return .folder }
        return options.filter.admits(event.key) ? nil : .filtered
    }

    /// Makes attempts at a record until it ends, and returns its outcome. An attempt that fails because of a dependency
    /// is repeated when the circuit breaker permits it.
    private func withBreakerRetry(_ attempt: inout RecordAttempt) async -> Outcome {
        let message = attempt.message
        // The message may go on to wait for the quarantine, which says nothing about sources and outputs.
        defer { breaker.forget(message.lease) }
        while true {
            do {
                let outcome = try await reconcile(&attempt)
                // All other outcomes of an attempt are skips: nothing was uploaded, so only reading is proved.
                if breaker.isOpen { breaker.succeeded(message.lease, outcome == .done ? .write : .read) }
                return outcome
            } catch let error as WorkerError where !isStopped(message) {
                metrics.attemptFailures.increment(error.kind)
                guard policy[error.kind] == .openBreaker else {
                    if breaker.isOpen && error.kind.provesReading { breaker.succeeded(message.lease, .read) }
                    return attempt.requiringCheck(outcome(of: error, message))
                }
                switch await waitForRecovery(of: breaker, from: error, at: attempt.stage, message) {
                case .repeatAttempt: attempt.trace.probes += 1
                case .isolate: return attempt.requiringCheck(retriedOrQuarantined(error, message))
                case .end(let outcome): return outcome
                }
            } catch {
                return outcomeOfStop(message, error as? WorkerError)
            }
        }
    }

    /// Returns true when a stop of the work on a message was requested. The error of a call is then no evidence about
    /// the service, because a cancelled call can fail with any error.
    func isStopped(_ message: InFlightMessage) -> Bool {
        message.stopSignal.reason != nil || Task.isCancelled
    }

    /// Counts and logs the outcome of a record of a message.
    ///
    /// The function is not called for cached results, which were reported at an earlier receive, and for permanent
    /// failures that are stored at a later receive.
    private func report(
        _ outcome: Outcome, _ trace: RecordTrace, of message: InFlightMessage, index: Int
    ) {
        metrics.records.increment(outcome.kind)
        if let error = outcome.error, let failure = Outcome.FailureKind(rawValue: outcome.kind.rawValue) {
            metrics.recordErrors.increment(error.kind, failure)
        }
        if case .skipped(let reason) = outcome { metrics.recordsSkipped.increment(reason) }
        if outcome == .done {
            metrics.bytesIn.increment(by: trace.bytesIn ?? 0)
            metrics.bytesOut.increment(by: trace.bytesOut ?? 0)
            metrics.sourceBytes.record(UInt64(trace.bytesIn ?? 0))
            metrics.waitTime.record(trace.waitTime)
            metrics.getTime.record(trace.getTime)
            metrics.decodeTime.record(trace.decodeTime)
            metrics.putTime.record(trace.putTime)
            metrics.recordTime.record(trace.totalTime)
        }
        log.recordEnded(outcome, trace, of: message, index: index)
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
    fileprivate init(_ event: ObjectEvent) {
        self.init(
            source: ObjectReference(bucket: event.bucket, key: event.key), dialect: event.dialect.rawValue,
            eTag: event.eTag, versionID: event.versionID)
    }
}
