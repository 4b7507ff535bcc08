// SPDX-License-Identifier: Apache-2.0

internal import Metrics

/// What becomes of a record, and of the message because of it.
extension Job {
    /// By the outcome table.
    func outcome(of error: WorkerError, _ delivery: Delivery) -> Outcome {
        switch policy[error.kind] {
        case .acknowledge: .acknowledged(error)
        case .quarantine: hopeless(error)
        case .retry, .outage: repeated(error, delivery)
        }
    }

    func repeated(_ error: WorkerError, _ delivery: Delivery) -> Outcome {
        let isLast = options.attempts > 0 && delivery.receiveCount >= options.attempts
        return isLast ? hopeless(error) : .retry(error)
    }

    /// With no place for reasons it is left for the queue's own dead-letter queue.
    private func hopeless(_ error: WorkerError) -> Outcome {
        quarantine == nil ? .retry(error) : .quarantine(error)
    }

    func stopped(_ leash: Leash, _ error: WorkerError?) -> Outcome {
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
    func storeReasons(of verdicts: inout [Verdict], _ message: InFlightMessage) async -> Outcome? {
        let delivery = message.delivery
        guard let quarantine, verdicts.allSatisfy(\.outcome.isFinal) else { return nil }
        for index in verdicts.indices where !verdicts[index].isConcluded {
            guard let error = verdicts[index].outcome.error else { continue }
            let tale = verdicts[index].tale
            let record = QuarantineRecord(error, tale, delivery, record: index, provenance)
            if let obstacle = await store(record, of: message, in: quarantine) {
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
        _ record: QuarantineRecord, of message: InFlightMessage, in quarantine: any Quarantine
    ) async -> Outcome? {
        let (lease, leash) = (message.lease, message.leash)
        defer { quarantineCircuit.left(lease) }
        while true {
            do {
                try await keeper.secure(lease)
                try await quarantine.store(record, id: "\(record.messageID)-\(record.record)")
                quarantineCircuit.succeeded(lease, .writing)
                return nil
            } catch let error as WorkerError where leash.stop == nil && !Task.isCancelled {
                metrics.failures.increment(error.kind)
                guard policy[error.kind] == .outage else { return .retry(error) }
                if let end = await held(message, by: quarantineCircuit, for: error, at: .writing) {
                    return end
                }
            } catch {
                return stopped(leash, error as? WorkerError)
            }
        }
    }

    func conclude(_ outcome: Outcome, _ tale: Tale, _ delivery: Delivery, _ index: Int) {
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
    func settlement(of outcomes: [Outcome], _ delivery: Delivery) -> LeaseBook.Settlement? {
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
