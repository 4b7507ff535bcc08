// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Metrics

/// The outcomes of records that failed.
extension Job {
    /// Returns the outcome of a record for an error, according to the policy.
    func outcome(of error: WorkerError, _ message: InFlightMessage) -> Outcome {
        switch policy[error.kind] {
        case .ignore: .ignored(error)
        case .quarantine: permanentFailure(error)
        case .retry, .openBreaker: retriedOrQuarantined(error, message)
        }
    }

    /// Returns `.retried`, or a permanent failure when the receive count has reached `maxReceives`.
    func retriedOrQuarantined(_ error: WorkerError, _ message: InFlightMessage) -> Outcome {
        let isLast = options.maxReceives > 0 && message.content.receiveCount >= options.maxReceives
        return isLast ? permanentFailure(error) : .retried(error)
    }

    /// Returns `.quarantined`, or `.retried` when there is no quarantine, so that the redrive policy of the queue moves
    /// the message.
    private func permanentFailure(_ error: WorkerError) -> Outcome {
        quarantine == nil ? .retried(error) : .quarantined(error)
    }

    /// Returns the outcome of a record whose work was cancelled: `.lost` when the lease has ended, otherwise
    /// `.released`.
    ///
    /// - Parameter error: The error of the attempt that the cancellation ended; nil when there is none.
    func outcomeOfStop(_ message: InFlightMessage, _ error: WorkerError?) -> Outcome {
        switch message.stopSignal.reason {
        case .leaseLost: return .lost
        case .drain, nil:
            let hasWork = message.stopSignal.hasStarted || error != nil
            return .released(after: hasWork ? CircuitBreakerState.releaseDelay : .zero, error)
        }
    }

    /// The decision about a record that failed because a dependency, such as S3, failed.
    enum RecoveryDecision {
        case repeatAttempt
        /// The record is treated as with the disposition `retry`, because its object is the cause.
        case isolate
        case end(Outcome)
    }

    /// Reports the failure of a dependency to its circuit breaker, and waits until the attempt can be repeated.
    func waitForRecovery(
        of breaker: CircuitBreaker, from error: WorkerError, _ request: RequestHistory.Request,
        _ message: InFlightMessage
    ) async -> RecoveryDecision {
        let decision = breaker.failed(
            error, request, by: message, jitter: random())
        switch decision {
        case .isolateMessage: return .isolate
        case .noRoom: return .end(.released(after: CircuitBreakerState.noRoomDelay, error))
        case .hold: break
        }
        suspects.pause(message.lease)
        defer { suspects.resume(message.lease) }
        guard let probe = try? await breaker.waitForProbe(of: message.lease, after: error) else {
            return .end(outcomeOfStop(message, error))
        }
        if case .release(let after) = probe { return .end(.released(after: after, error)) }
        return .repeatAttempt
    }

    /// Stores the permanent failures in `results` in the quarantine with the original body, and marks them as stored.
    ///
    /// - Returns: The index of the first failure that cannot be stored, and the outcome of the message for this reason;
    ///   nil when all are stored.
    func storeFailures(
        in results: inout [RecordResult], of message: InFlightMessage, _ original: OriginalBody
    ) async -> (index: Int, outcome: Outcome)? {
        guard let quarantine else { return nil }
        for index in results.indices where results[index].isStorePending {
            guard let error = results[index].outcome.error else { continue }
            let record = QuarantineRecord(
                error, results[index].trace, of: message, original,
                index: original.storedIndex(of: index), identity)
            if let outcome = await store(record, in: quarantine, of: message) {
                log.quarantineFailed(error, of: message)
                return (index, outcome)
            }
            results[index].isStored = true
        }
        return nil
    }

    /// Stores one record in the quarantine. A failure of the quarantine destination is retried when its circuit breaker
    /// permits it.
    ///
    /// - Returns: The outcome of the message when the record cannot be stored; nil when it is stored.
    private func store(
        _ record: QuarantineRecord, in quarantine: any Quarantine, of message: InFlightMessage
    ) async -> Outcome? {
        defer { quarantineBreaker.forget(message.lease) }
        while true {
            var request = RequestHistory.Request(.write, began: clock.now)
            do {
                try await leases.ensureValid(message.lease)
                request.began = clock.now
                quarantineBreaker.began(message.lease, at: request.began)
                try await quarantine.store(
                    record, of: message.content, id: "\(record.messageID)-\(record.record)")
                quarantineBreaker.ended(message.lease, request, isSuccess: true)
                return nil
            } catch let error as WorkerError where !isStopped(message) {
                quarantineBreaker.ended(message.lease, request, isSuccess: false)
                metrics.attemptFailures.increment(error.kind)
                guard policy[error.kind] == .openBreaker else { return .retried(error) }
                switch await waitForRecovery(of: quarantineBreaker, from: error, request, message) {
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
