// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Metrics
internal import Pixelation
internal import S3Events
internal import Support

/// An attempt at a record, which makes the outputs from the current source.
extension Job {
    /// The maximum number of rounds of an attempt. When the source or the outputs change during each of them, the
    /// attempt fails.
    private static let maxRounds = 5

    /// Makes one attempt at a record: updates the outputs to the current source, whatever version the event announces.
    ///
    /// An attempt consists of rounds. A round inspects the outputs, downloads and pixelates the source, uploads the
    /// outputs and inspects the source again. The outcome is `.done` when the source has not changed since its
    /// download. Otherwise another round follows.
    ///
    /// - Throws: `WorkerError`, `StopSignal.Reason`, `CancellationError`.
    func reconcile(_ attempt: inout RecordAttempt) async throws -> Outcome {
        attempt.begin()
        var plan = try plan(for: attempt)
        defer { attempt.message.stopSignal.leaveCommit() }
        for round in 1...Self.maxRounds {
            do {
                do {
                    if let outcome = try await makeRound(round, of: plan, &attempt) { return outcome }
                } catch let failure as UnprovenFailure {
                    try await decide(about: failure, plan.source, &attempt)
                }
            } catch is AnotherRound {
                plan = try self.plan(for: attempt)
            }
        }
        throw WorkerError(
            .superseded, operation: "pixelating \(plan.source)",
            detail: "source or outputs changed during each of \(Self.maxRounds) rounds")
    }

    /// Returns the names of the outputs. Their ending follows from the content of the source, or from its name before
    /// the content is known.
    private func plan(for attempt: RecordAttempt) throws -> OutputPlan {
        let ending = attempt.survey.map(\.outputEnding) ?? engine.likelyEnding(forSource: attempt.event.key)
        return try OutputPlan(attempt.event, sizes: engine.sizes, ending: ending, options: options.output)
    }

    /// Makes one round of an attempt.
    ///
    /// - Returns: The outcome of the record; nil when another round is needed.
    /// - Throws: `AnotherRound`, `UnprovenFailure`, and what `reconcile` throws.
    private func makeRound(
        _ round: Int, of plan: OutputPlan, _ attempt: inout RecordAttempt
    ) async throws -> Outcome? {
        attempt.trace.rounds = round
        let existing = try await inspectOutputs(of: plan, isFirstRound: round == 1)
        try refuseCollision(of: plan, with: existing.first, attempt)
        let format = engine.outputFormat
        let areCovering = existing.allSatisfy {
            $0.stamp?.covers(attempt.event, outputFormat: format) == true
        }
        if areCovering, try await isUpToDate(existing, plan.source, attempt) {
            return attempt.outcomeOfUpToDate
        }

        let turn = try await suspects.enter(attempt.message.lease)
        if turn.isAlone {
            metrics.suspects.increment()
            log.suspectBegins(attempt.trace, of: attempt.message, fate: fate(of: attempt))
        }
        attempt.message.stopSignal.markStarted()
        let source = try await download(plan.source, &attempt)
        // The event of a folder may announce no size.
        if attempt.event.mayBeFolder && source.bytes.isEmpty && !attempt.hasUploaded {
            try await confirmEmpty(source.reading, plan.source, attempt.event)
            return .skipped(.folder)
        }
        let (stamp, tags) = (stamp(of: source.head, attempt), source.tags)
        let metadata = stamp.metadata(following: tracer == nil ? nil : source.head)
        let stale = existing.indices.filter { existing[$0].stamp?.isEquivalent(to: stamp) != true }
        if stale.isEmpty { return attempt.outcomeOfUpToDate }
        if turn.isAlone { try await storeEarly(&attempt) }
        let picture = try await pixelate(source, plan, &attempt)
        _ = consume turn

        // Without conditions, another source may have got these outputs since the round began. The inspection can take
        // longer than the rest of the lease, which is therefore checked after it.
        if !options.output.conditionalWrites, let first = plan.outputs.first {
            try refuseCollision(of: plan, with: try await inspect(first), attempt)
        }
        // An attempt that has uploaded goes on until outputs and source agree, with or without the lease, because
        // its upload may have replaced a newer output.
        if !attempt.isCommitting {
            if !attempt.isStoredEarly { try await leases.ensureValid(attempt.message.lease) }
            try attempt.message.stopSignal.enterCommit()
            attempt.isCommitting = true
        }
        attempt.beginUpload()
        let start = clock.now
        let isStored = try await upload(
            stale.map { index in
                let output = picture.outputs[index]
                let object = OutputObject(
                    name: plan.outputs[index], bytes: output.bytes, contentType: output.contentType,
                    metadata: metadata, tags: tags)
                return (object, options.output.conditionalWrites ? existing[index].condition : .none)
            }, attempt.spans)
        // A source that has been deleted meanwhile needs no other outputs.
        let currentETag = try await store.head(plan.source)?.unquotedETag ?? stamp.eTag
        attempt.trace.putTime += clock.now - start
        attempt.trace.bytesOut = picture.outputs.reduce(0) { $0 + $1.bytes.count }
        picture.releaseMemory()
        progress.record()
        guard isStored && currentETag == stamp.eTag else { return nil }
        return try await hasOwnOutputs(plan, stamp, attempt) ? .done : nil
    }

    /// Returns true when all outputs have the stamp `stamp` after their upload. Only outputs without conditions are
    /// inspected, which another source of the same name can have replaced meanwhile.
    ///
    /// - Throws: `WorkerError` of kind `outputCollision` when the first output is that of another source.
    private func hasOwnOutputs(
        _ plan: OutputPlan, _ stamp: OutputStamp, _ attempt: RecordAttempt
    ) async throws -> Bool {
        guard !options.output.conditionalWrites else { return true }
        let existing = try await inspectOutputs(of: plan, isFirstRound: false)
        try refuseCollision(of: plan, with: existing.first, attempt)
        return existing.allSatisfy { $0 == .unknown || $0.stamp?.isEquivalent(to: stamp) == true }
    }

    /// Throws an error when the outputs belong to a source in another bucket. The first output decides, because it is
    /// stored under a condition, so that one of two sources gets it. The attempt for the other source then fails, and
    /// that for the first one replaces outputs of the other.
    private func refuseCollision(
        of plan: OutputPlan, with first: ExistingOutput?, _ attempt: RecordAttempt
    ) throws {
        guard let owner = first?.stamp?.source, owner != OutputStamp.sourceName(attempt.event),
            let output = plan.outputs.first
        else { return }
        throw WorkerError(
            .outputCollision, operation: "pixelating \(plan.source)", code: "output-collision",
            detail: "\(output) is the output of another source (\(owner.prefix(300)));"
                + " put {bucket} into output.prefix, or delete that output if its source is no longer used")
    }

    /// Returns the states of all outputs. When the first output is absent in the first round, the others are assumed to
    /// be absent as well, as for a new source. If one exists nevertheless, its conditional put fails, and the second
    /// round inspects all.
    private func inspectOutputs(of plan: OutputPlan, isFirstRound: Bool) async throws -> [ExistingOutput] {
        var states = plan.outputs.map { _ in ExistingOutput.absent }
        guard let first = plan.outputs.first else { return states }
        states[0] = try await inspect(first)
        if isFirstRound && states[0] == .absent { return states }
        try await withThrowingTaskGroup(of: (Int, ExistingOutput).self) { group in
            for (index, output) in plan.outputs.enumerated().dropFirst() {
                group.addTask { (index, try await inspect(output)) }
            }
            for try await (index, state) in group { states[index] = state }
        }
        return states
    }

    private func inspect(_ output: ObjectReference) async throws -> ExistingOutput {
        do {
            return try await store.head(output).map(ExistingOutput.present) ?? .absent
        } catch let error as WorkerError where error.kind == .accessDenied {
            // S3 answers so without s3:GetObject, and for absent objects without s3:ListBucket.
            return .unknown
        }
    }

    /// Returns true when outputs that were made from the version of the source in the event, or from a later one, need
    /// neither a download nor an upload. The current source is inspected when the stamps alone do not suffice.
    private func isUpToDate(
        _ existing: [ExistingOutput], _ source: ObjectReference, _ attempt: RecordAttempt
    ) async throws -> Bool {
        // The receive count shows receives before the present one (`maySkipUnread`), and the lease those since then.
        if attempt.maySkipUnread && !leases.wasReceivedAgain(attempt.message.lease) { return true }
        guard let head = try await store.head(source) else { return false }
        let stamp = stamp(of: head, attempt)
        return existing.allSatisfy { $0.stamp?.isEquivalent(to: stamp) == true }
    }

    /// Returns the stamp of the outputs that are made from the source in the version that `source` describes.
    private func stamp(of source: ObjectHead, _ attempt: RecordAttempt) -> OutputStamp {
        OutputStamp(source: source, event: attempt.event, outputFormat: engine.outputFormat)
    }

    /// Reserves memory for the source and downloads it.
    private func download(
        _ source: ObjectReference, _ attempt: inout RecordAttempt
    ) async throws -> DownloadedSource {
        let announced = attempt.event.size ?? .max
        if announced > engine.maximumBytes { try await refuseLarge(source) }
        var maximumBytes = min(max(0, announced), engine.maximumBytes)
        var pause = Duration.zero
        while true {
            try await clock.sleep(until: clock.now + pause)
            pause = .zero
            var start = clock.now
            var memory = try await budget.downloads.acquire(maximumBytes)
            attempt.trace.waitTime += clock.now - start
            attempt.spans?.addWait(from: start, to: clock.now)
            progress.record()
            do {
                start = clock.now
                let object = try await traced("S3.GetObject", source, attempt.spans) {
                    try await store.get(
                        source, maximumBytes: maximumBytes, onNewConnection: attempt.unprovenDigest != nil)
                }
                if let cause = object.head.traceContext { attempt.spans?.link(to: cause) }
                let reading = try await examine(object, source, attempt.event)
                try await compareWithEarlierDownload(object, reading, &attempt)
                var version = source
                version.versionID = object.head.versionID
                let tags = options.output.copyTags ? try await store.tags(of: version) : [:]
                // An event may announce no size, or a smaller object may have replaced the one that it announces.
                // The capacity exceeds the length when the response had no Content-Length.
                memory.shrink(to: object.bytes.capacity)
                attempt.trace.add(object, getTime: clock.now - start)
                progress.record()
                return DownloadedSource(object: object, reading: reading, tags: tags, memory: memory)
            } catch let error as WorkerError where error.kind == .notFound {
                guard mayBecomeVisible(&attempt) else {
                    try await confirmAbsent(source)
                    throw error
                }
                pause = Self.secondLookDelay
            } catch let error as WorkerError where error.kind == .tooLarge {
                guard maximumBytes < engine.maximumBytes else {
                    try await confirmLarge(error, source)
                    throw error
                }
                // A larger object may have replaced the one that the event announces. The next round of the loop
                // begins without this memory, because a task must not wait for permits of a semaphore while it holds
                // some of the same one.
                maximumBytes = engine.maximumBytes
            }
        }
    }

    /// Throws an error when the source is larger than the limit. The source is not downloaded. The size in the event is
    /// a hint, so it does not decide.
    private func refuseLarge(_ source: ObjectReference) async throws {
        guard let size = try await store.head(source)?.size, size > engine.maximumBytes else { return }
        throw WorkerError(
            .tooLarge, operation: "GetObject \(source)", code: "too-many-bytes",
            detail: "\(size) bytes, \(engine.maximumBytes) are allowed (pixelation.limits.bytes)")
    }

    /// Pixelates a source and returns its outputs. The bytes of the source and their part of the memory budget are
    /// freed when the function returns, before the uploads.
    ///
    /// - Throws: `UnprovenFailure` instead of a `WorkerError` of the engine that the picture can have caused,
    ///   `WorkerError` of kind `.decoderUnavailable`, `AnotherRound` when the content of the source contradicts its
    ///   name and the outputs have other names than those of the plan, `CancellationError`.
    private func pixelate(
        _ source: consuming DownloadedSource, _ plan: OutputPlan, _ attempt: inout RecordAttempt
    ) async throws -> PixelatedOutputs {
        do {
            return try await outputs(of: source, plan, &attempt)
        } catch let error as WorkerError where error.kind != .decoderUnavailable {
            throw UnprovenFailure(error: error, reading: source.reading, digest: source.digest())
        }
    }

    private func outputs(
        of source: borrowing DownloadedSource, _ plan: OutputPlan, _ attempt: inout RecordAttempt
    ) async throws -> PixelatedOutputs {
        let survey = try engine.survey(source.bytes)
        attempt.trace.survey = survey
        if survey.outputEnding != plan.ending { throw AnotherRound() }
        let start = clock.now
        var memory = try await budget.pixels.acquire(survey.workingSetBytes)
        attempt.trace.waitTime += clock.now - start
        let (picture, waited, computed) = try await engine.pixelate(source.bytes, survey: survey)
        attempt.trace.waitTime += waited
        attempt.trace.decodeTime += computed
        attempt.spans?.addDecode(waitingFrom: start, to: clock.now, computed: computed)
        attempt.trace.damage = picture.damage
        // The decoder is freed. Others can use its memory while the outputs are uploaded.
        memory.shrink(to: picture.memoryBytes)
        progress.record()
        return PixelatedOutputs(outputs: picture.outputs, memory: memory)
    }

    /// Stores outputs concurrently, each under its condition.
    ///
    /// - Returns: False when the condition of a put was not fulfilled.
    private func upload(
        _ outputs: [(OutputObject, PutCondition)], _ spans: RecordSpans?
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for (output, condition) in outputs {
                // An immediate task is signed and passed to the transport on this thread, so that no other one is woken
                // for it.
                group.addImmediateTask {
                    do {
                        try await traced("S3.PutObject", output.name, bytes: output.bytes.count, spans) {
                            try await store.put(output, if: condition)
                        }
                        return true
                    } catch let error as WorkerError where error.kind == .superseded {
                        return false
                    }
                }
            }
            var isStored = true
            while let result = await group.nextResult() { isStored = try result.get() && isStored }
            return isStored
        }
    }
}

extension Job {
    /// Makes a call of S3, with a span when the record is traced.
    private func traced<Result: Sendable>(
        _ name: String, _ object: ObjectReference, bytes: Int? = nil, _ spans: RecordSpans?,
        _ call: () async throws -> Result
    ) async throws -> Result {
        guard let spans else { return try await call() }
        let start = clock.now
        do {
            let result = try await call()
            spans.addCall(name, object, from: start, to: clock.now, bytes: bytes)
            return result
        } catch {
            spans.addCall(name, object, from: start, to: clock.now, bytes: bytes, error: error)
            throw error
        }
    }
}

/// A downloaded source and the permit for its part of the memory budget.
private struct DownloadedSource: ~Copyable {
    private let object: S3Object
    let reading: SourceReading
    /// The tags that are copied to the outputs.
    let tags: [String: String]
    private let memory: WeightedSemaphore.Permit

    var head: ObjectHead { object.head }
    var bytes: [UInt8] { object.bytes }

    func digest() -> [UInt8] { object.digest() }

    init(
        object: S3Object, reading: SourceReading, tags: [String: String],
        memory: consuming WeightedSemaphore.Permit
    ) {
        self.object = object
        self.reading = reading
        self.tags = tags
        self.memory = memory
    }
}

/// The outputs of a source and the permit for their part of the memory budget.
private struct PixelatedOutputs: ~Copyable {
    let outputs: [EncodedOutput]
    private let memory: WeightedSemaphore.Permit

    init(outputs: [EncodedOutput], memory: consuming WeightedSemaphore.Permit) {
        self.outputs = outputs
        self.memory = memory
    }

    consuming func releaseMemory() {}
}

extension RecordTrace {
    fileprivate mutating func add(_ source: S3Object, getTime: Duration) {
        self.getTime += getTime
        bytesIn = source.bytes.count
        add(source.head)
    }
}
