// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Metrics

/// The ends of records that failed.
extension Job {
    /// Returns the outcome that the policy gives to an error.
    func outcome(of error: WorkerError, _ message: InFlightMessage) -> Outcome {
        switch policy[error.kind] {
        case .ignore: .ignored(error)
        case .quarantine: permanentFailure(error)
        case .retry, .openBreaker: retriedOrQuarantined(error, message)
        }
    }

    /// Returns `.retried`, or a permanent failure at the last of `maxReceives`.
    func retriedOrQuarantined(_ error: WorkerError, _ message: InFlightMessage) -> Outcome {
        let isLast = options.maxReceives > 0 && message.content.receiveCount >= options.maxReceives
        return isLast ? permanentFailure(error) : .retried(error)
    }

    /// Returns `.quarantined`, or `.retried` without a quarantine: the queue's redrive policy then moves the message.
    private func permanentFailure(_ error: WorkerError) -> Outcome {
        quarantine == nil ? .retried(error) : .quarantined(error)
    }

    /// Returns the outcome of a record whose work was cancelled.
    func outcomeOfStop(_ message: InFlightMessage, _ error: WorkerError?) -> Outcome {
        switch message.stopSignal.reason {
        case .leaseLost: return .lost
        case .drain, nil:
            let hasWork = message.stopSignal.hasStarted || error != nil
            return .released(after: hasWork ? CircuitBreakerState.releaseDelay : .zero, error)
        }
    }

    /// The decision about a record that failed because of a dependency.
    enum RecoveryDecision {
        case repeatAttempt
        /// The record fails while others succeed, or the breaker holds as many messages as it may.
        case isolate
        case end(Outcome)
    }

    /// Reports the failure of a dependency to its breaker, and waits until the message may repeat its attempt.
    func waitForRecovery(
        of breaker: CircuitBreaker, from error: WorkerError, at stage: CircuitBreakerState.Stage,
        _ message: InFlightMessage
    ) async -> RecoveryDecision {
        let decision = breaker.failed(
            error, at: stage, by: message.lease, receives: message.content.receiveCount, jitter: random())
        guard decision == .hold else { return .isolate }
        guard let probe = try? await breaker.waitForProbe(of: message.lease) else {
            return .end(outcomeOfStop(message, error))
        }
        if case .release(let after) = probe { return .end(.released(after: after, error)) }
        return .repeatAttempt
    }

    /// Stores the permanent failures among `results` in the quarantine and marks them as stored.
    ///
    /// - Returns: The index of the first one that cannot be stored, and the outcome that this gives the message; nil
    ///   when all are stored.
    func storeFailures(
        in results: inout [RecordResult], of message: InFlightMessage
    ) async -> (index: Int, outcome: Outcome)? {
        guard let quarantine else { return nil }
        for index in results.indices where results[index].isStorePending {
            guard let error = results[index].outcome.error else { continue }
            let record = QuarantineRecord(error, results[index].trace, of: message, index: index, identity)
            if let outcome = await store(record, in: quarantine, of: message) {
                log.quarantineFailed(error, of: message)
                return (index, outcome)
            }
            results[index].isStored = true
        }
        return nil
    }

    /// - Returns: The outcome that the message gets because the record cannot be stored; nil when it is stored.
    private func store(
        _ record: QuarantineRecord, in quarantine: any Quarantine, of message: InFlightMessage
    ) async -> Outcome? {
        defer { quarantineBreaker.forget(message.lease) }
        while true {
            do {
                try await leases.ensureValid(message.lease)
                try await quarantine.store(record, id: "\(record.messageID)-\(record.record)")
                quarantineBreaker.succeeded(message.lease, .write)
                return nil
            } catch let error as WorkerError where !isStopped(message) {
                metrics.attemptFailures.increment(error.kind)
                guard policy[error.kind] == .openBreaker else { return .retried(error) }
                switch await waitForRecovery(of: quarantineBreaker, from: error, at: .write, message) {
                case .repeatAttempt: continue
                case .isolate: return .retried(error)
                case .end(let outcome): return outcome
                }
            } catch {
                return outcomeOfStop(message, error as? WorkerError)
            }
        }
    }
}
