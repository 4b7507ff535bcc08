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
        isLastReceive(message) ? permanentFailure(error) : .retried(error)
    }

    /// Returns true when the receive count of a message has reached `maxReceives`.
    private func isLastReceive(_ message: InFlightMessage) -> Bool {
        options.maxReceives > 0 && message.content.receiveCount >= options.maxReceives
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
                try await quarantine.store(record, of: message.content)
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

/// The storing of a failure before it happens. A process that a picture kills can store nothing.
extension Job {
    /// The consequence for a suspect message if the process is killed while its picture is decoded.
    enum Fate {
        /// The message is received again.
        case anotherReceive
        /// The quarantine has the reason.
        case stored
        /// The redrive policy of the queue moves the message without a reason.
        case movedWithoutReason
    }

    func fate(of attempt: RecordAttempt) -> Fate {
        guard isLastReceive(attempt.message) else { return .anotherReceive }
        return canStoreEarly(attempt) ? .stored : .movedWithoutReason
    }

    /// Returns true when a failure can be stored before the decoding. In an outage it is not stored, because the
    /// message may have to be released.
    private func canStoreEarly(_ attempt: RecordAttempt) -> Bool {
        isLastReceive(attempt.message) && quarantine != nil && policy[.noResult] == .quarantine
            && attempt.onlyRecord != nil && breaker.opening == nil && quarantineBreaker.opening == nil
            && suspects.canStoreEarly()
    }

    /// Stores the failure of a suspect message at its last receive in the quarantine and deletes the message, before
    /// its picture is decoded. When it cannot be stored, the message stays in the queue.
    ///
    /// - Throws: `StopSignal.Reason.leaseLost`, `CancellationError`.
    func storeEarly(_ attempt: inout RecordAttempt) async throws {
        let error = Self.noResult(attempt)
        guard !attempt.isStoredEarly, canStoreEarly(attempt), let quarantine,
            let record = quarantineRecord(of: error, attempt)
        else { return }
        let message = attempt.message
        try await leases.ensureValid(message.lease)
        do {
            try await quarantine.store(record, of: message.content)
        } catch let failure as WorkerError where !isStopped(message) {
            metrics.attemptFailures.increment(failure.kind)
            log.notStoredEarly(failure, attempt.trace, of: message)
            return
        }
        attempt.isStoredEarly = true
        suspects.storedEarly()
        // A process that is killed before the delete leaves the message as well.
        defer { log.storedEarly(error, attempt.trace, of: message) }
        try await leases.delete(message.lease, attempt.spans)
    }

    /// Returns the outcome of a record whose failure was stored before its decoding. The message is deleted, so every
    /// failure is one that the quarantine has. A second record is stored only where it replaces the first one.
    func finalOutcome(_ outcome: Outcome, _ attempt: RecordAttempt) async -> Outcome {
        let error: WorkerError
        switch outcome {
        case .lost: return outcome
        case .done, .skipped, .ignored:
            log.letterObsolete(outcome, attempt.trace, of: attempt.message)
            return outcome
        case .retried(let failure), .quarantined(let failure): error = failure
        case .released(_, let failure): error = failure ?? Self.stopped(attempt)
        }
        if let quarantine, quarantine.replacesRecords, let record = quarantineRecord(of: error, attempt) {
            // If it fails, the first record remains.
            try? await quarantine.store(record, of: attempt.message.content)
        }
        return .quarantined(error)
    }

    /// Returns the quarantine record of a failure of the only record of a message; nil when there are others.
    private func quarantineRecord(of error: WorkerError, _ attempt: RecordAttempt) -> QuarantineRecord? {
        attempt.onlyRecord.map { body, index in
            QuarantineRecord(
                error, attempt.trace, of: attempt.message, body, index: body.storedIndex(of: index), identity)
        }
    }

    private static func noResult(_ attempt: RecordAttempt) -> WorkerError {
        noResult(
            attempt,
            "the message was received \(attempt.message.content.receiveCount) times, and this process knows no"
                + " result of it; this was stored before the last attempt. Look for the message in the log: after"
                + " letter-obsolete, delete this letter; after picture-quarantined, the reason there is the true"
                + " one; if neither follows, the picture may have ended the process, for example for lack of memory:"
                + " give it more memory or lower worker.memoryBytes, and replay the letter")
    }

    private static func stopped(_ attempt: RecordAttempt) -> WorkerError {
        noResult(
            attempt,
            "the process was stopped during the last attempt, at receive \(attempt.message.content.receiveCount) of"
                + " the message; replay the letter")
    }

    private static func noResult(_ attempt: RecordAttempt, _ detail: String) -> WorkerError {
        let operation = attempt.trace.source.map { "pixelating \($0)" } ?? "pixelating"
        return WorkerError(.noResult, operation: operation, detail: detail)
    }
}
