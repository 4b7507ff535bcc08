// SPDX-License-Identifier: Apache-2.0

internal import Metrics
internal import Support

/// What becomes of a record, and of the message because of it.
extension Job {
    /// By the outcome table.
    func outcome(of error: WorkerError, _ delivery: Delivery) -> Outcome {
        switch policy[error.kind] {
        case .ignore: .ignored(error)
        case .quarantine: hopeless(error)
        case .retry, .openBreaker: repeated(error, delivery)
        }
    }

    func repeated(_ error: WorkerError, _ delivery: Delivery) -> Outcome {
        let isLast = options.maxReceives > 0 && delivery.receiveCount >= options.maxReceives
        return isLast ? hopeless(error) : .retried(error)
    }

    /// With no place for reasons it is left for the queue's own dead-letter queue.
    private func hopeless(_ error: WorkerError) -> Outcome {
        quarantine == nil ? .retried(error) : .quarantined(error)
    }

    func stopped(_ stopSignal: StopSignal, _ error: WorkerError?) -> Outcome {
        switch stopSignal.reason {
        case .leaseLost: .lost
        case .drain, nil:
            .released(
                after: stopSignal.hasStarted || error != nil ? CircuitBreakerState.releaseDelay : .zero, error
            )
        }
    }

    /// Stores the reasons, once nothing of the message has to be repeated: a message that comes again would
    /// bring them again.
    ///
    /// - Returns: What becomes of the message because one cannot be stored; nil when all are.
    func storeReasons(of verdicts: inout [RecordResult], _ message: InFlightMessage) async -> Outcome? {
        let delivery = message.delivery
        guard let quarantine, verdicts.allSatisfy(\.outcome.isFinal) else { return nil }
        for index in verdicts.indices where !verdicts[index].isConcluded {
            guard let error = verdicts[index].outcome.error else { continue }
            let trace = verdicts[index].trace
            let record = QuarantineRecord(error, trace, delivery, record: index, identity)
            if let obstacle = await store(record, of: message, in: quarantine) {
                log.quarantineFailed(error, of: delivery)
                conclude(obstacle, trace, delivery, index)
                return obstacle
            }
            conclude(verdicts[index].outcome, trace, delivery, index)
            verdicts[index].isConcluded = true
        }
        return nil
    }

    /// - Returns: What becomes of the message when the reason cannot be stored.
    private func store(
        _ record: QuarantineRecord, of message: InFlightMessage, in quarantine: any Quarantine
    ) async -> Outcome? {
        let (lease, stopSignal) = (message.lease, message.stopSignal)
        defer { quarantineBreaker.forget(lease) }
        while true {
            do {
                try await leases.ensureValid(lease)
                try await quarantine.store(record, id: "\(record.messageID)-\(record.record)")
                quarantineBreaker.succeeded(lease, .write)
                return nil
            } catch let error as WorkerError where stopSignal.reason == nil && !Task.isCancelled {
                metrics.attemptFailures.increment(error.kind)
                guard policy[error.kind] == .openBreaker else { return .retried(error) }
                if let end = await held(message, by: quarantineBreaker, for: error, at: .write) {
                    return end
                }
            } catch {
                return stopped(stopSignal, error as? WorkerError)
            }
        }
    }

    func conclude(_ outcome: Outcome, _ trace: RecordTrace, _ delivery: Delivery, _ index: Int) {
        metrics.records.increment(outcome.kind)
        if let error = outcome.error, let failure = Outcome.FailureKind(rawValue: outcome.kind.rawValue) {
            metrics.recordErrors.increment(error.kind, failure)
        }
        if case .skipped(let why) = outcome { metrics.recordsSkipped.increment(why) }
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
        log.recordEnded(outcome, trace, of: delivery, index: index)
    }

    /// The message takes the worst of its records. Nil when nothing may be said about it any more.
    func settlement(of outcomes: [Outcome], _ delivery: Delivery) -> LeaseManagerState.Settlement? {
        if outcomes.allSatisfy(\.isFinal) { return .delete }
        if outcomes.contains(.lost) { return nil }
        var delay = Duration.zero
        for outcome in outcomes {
            switch outcome {
            case .retried:
                let backoff = Backoff(
                    first: .seconds(options.retrySeconds), last: .seconds(options.maxRetrySeconds))
                delay = max(delay, backoff.delay(attempt: delivery.receiveCount, jitter: random()))
            case .released(let after, _): delay = max(delay, after)
            case .done, .skipped, .ignored, .quarantined, .lost: break
            }
        }
        return .release(delay.roundedUpToSeconds)
    }
}

extension QuarantineRecord {
    fileprivate init(
        _ error: WorkerError, _ trace: RecordTrace, _ delivery: Delivery, record: Int,
        _ identity: WorkerIdentity
    ) {
        self.init(
            body: delivery.body, messageID: delivery.messageID, record: record, bucket: trace.name?.bucket,
            key: trace.name?.key, versionID: trace.versionID, eTag: trace.eTag, error: error.kind.rawValue,
            errorCode: error.code, reason: error.description, requestID: error.requestID,
            receiveCount: delivery.receiveCount,
            milliseconds: Timings(
                wait: trace.waitTime.inMilliseconds, get: trace.getTime.inMilliseconds,
                decode: trace.decodeTime.inMilliseconds, put: trace.putTime.inMilliseconds,
                total: trace.totalTime.inMilliseconds),
            host: identity.host, version: identity.version)
    }
}
