// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import S3Events

/// The proofs that downloaded bytes are those of the source. A record fails because of its picture only when they are.
extension Job {
    /// The error that begins another round of an attempt: the source has been replaced or deleted since its download.
    struct AnotherRound: Error {}

    /// The pause before a source is looked at again. It bridges the delay of stores in which a new object becomes
    /// visible some time after its event, and of proxies that answer wrongly for a moment.
    static let secondLookDelay = Duration.seconds(3)
    /// The same pause when the first answers can be those of another server, such as a page during maintenance.
    private static let unknownOriginDelay = Duration.seconds(15)
    /// The maximum time from the sending of a message to its receipt for a second look at an absent source. The sources
    /// of older messages have been deleted.
    private static let maximumAgeOfAbsence = Duration.seconds(60)

    /// Returns the facts about a download. A HEAD request confirms it when it differs from the event, so that no output
    /// is made from another object or from a part of the source.
    ///
    /// - Throws: `WorkerError` of kind `.malformedResponse`, `AnotherRound`.
    func examine(
        _ object: S3Object, _ source: ObjectReference, _ event: ObjectEvent
    ) async throws -> SourceReading {
        var reading = SourceReading(object)
        switch reading.agreement(with: event) {
        case .confirmed: reading.isConfirmed = true
        case .acceptable: break
        case .undecided: try await confirm(&reading, source, event)
        }
        return reading
    }

    private func confirm(
        _ reading: inout SourceReading, _ source: ObjectReference, _ event: ObjectEvent
    ) async throws {
        guard let head = try await store.head(source) else { throw AnotherRound() }
        switch reading.comparison(with: head, of: event) {
        case .same: reading.isConfirmed = true
        case .replaced: throw AnotherRound()
        case .contradictory(let text): throw Self.contradiction(source, text)
        }
    }

    /// Throws the error of a pixelation when the bytes are proven to be those of the source, or when two downloads gave
    /// the same bytes. Otherwise the source must be downloaded again, in another round.
    ///
    /// - Throws: `WorkerError`, `AnotherRound`, `CancellationError`.
    func decide(
        about failure: UnprovenFailure, _ source: ObjectReference, _ attempt: inout RecordAttempt
    ) async throws {
        var reading = failure.reading
        if !reading.isConfirmed { try await confirm(&reading, source, attempt.event) }
        if reading.isVerified { throw failure.error }
        if reading.isDoubtful {
            throw Self.contradiction(source, "the ETag \(reading.eTag) is not the MD5 of the bytes")
        }
        if let announced = attempt.event.eTag, announced != reading.eTag {
            // Neither a digest nor the event stands for these bytes. When the source was replaced, another event names
            // this ETag.
            throw Self.contradiction(
                source, "the ETag \(reading.eTag) is not that of the event, and no checksum proves the bytes")
        }
        guard reading.hasKnownOrigin else {
            throw Self.contradiction(
                source, "nothing shows that the response with the ETag \(reading.eTag) is that of the store")
        }
        if attempt.unprovenDigest == failure.digest { throw failure.error }
        attempt.unprovenDigest = failure.digest
        try await clock.sleep(until: clock.now + Self.secondLookDelay)
    }

    /// Checks that a source without bytes is empty, by its digest or a HEAD request.
    ///
    /// - Throws: `WorkerError` of kind `.malformedResponse`, `AnotherRound`.
    func confirmEmpty(_ reading: SourceReading, _ source: ObjectReference, _ event: ObjectEvent) async throws
    {
        var reading = reading
        if !reading.isVerified { try await confirm(&reading, source, event) }
    }

    /// Throws `error`, by which a source has more bytes than the limit, when a HEAD request agrees.
    ///
    /// - Throws: `WorkerError`, `AnotherRound`.
    func confirmLarge(_ error: WorkerError, _ source: ObjectReference) async throws {
        guard let head = try await store.head(source) else { throw AnotherRound() }
        guard let size = head.size, size <= engine.maximumBytes else { throw error }
        throw Self.contradiction(
            source, "more than \(engine.maximumBytes) bytes, but HeadObject announces \(size)")
    }

    /// Compares bytes that may be damaged or those of another server with the bytes of another download, so that no
    /// output is made from them. Two equal downloads show that the ETags of the store are no digests, or that the store
    /// sends no request ids.
    ///
    /// - Throws: `AnotherRound` when there is no equal download yet, `CancellationError`.
    func compareWithEarlierDownload(
        _ object: S3Object, _ reading: SourceReading, _ attempt: inout RecordAttempt
    ) async throws {
        guard reading.isDoubtful || !reading.hasKnownOrigin else { return }
        let digest = object.digest()
        guard attempt.unprovenDigest != digest else { return }
        attempt.unprovenDigest = digest
        let delay = reading.hasKnownOrigin ? Self.secondLookDelay : Self.unknownOriginDelay
        try await clock.sleep(until: clock.now + delay)
        throw AnotherRound()
    }

    /// Checks by a HEAD request that a source is absent.
    ///
    /// - Throws: `WorkerError` of kind `.malformedResponse` when the source exists.
    func confirmAbsent(_ source: ObjectReference) async throws {
        guard try await store.head(source) != nil else { return }
        throw Self.contradiction(source, "the object does not exist, but HeadObject finds it")
    }

    /// Returns true when an absent source is to be looked at once more: its message is not old, and this is the first
    /// time.
    func mayBecomeVisible(_ attempt: inout RecordAttempt) -> Bool {
        guard !attempt.hasLookedAgain, attempt.message.age ?? .zero <= Self.maximumAgeOfAbsence else {
            return false
        }
        attempt.hasLookedAgain = true
        return true
    }

    private static func contradiction(_ source: ObjectReference, _ detail: String) -> WorkerError {
        WorkerError(
            .malformedResponse, operation: "GetObject \(source)", code: "contradiction", detail: detail)
    }
}
