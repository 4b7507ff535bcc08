// SPDX-License-Identifier: Apache-2.0

import AWS
import Pixelation
import S3Events
package import Worker

/// The trial that downloads the current sources of a letter and pixelates them with the present settings, and stores
/// nothing.
///
/// It reads the outputs only of letters whose failure is a collision of outputs. It does not find that outputs cannot
/// be stored.
package struct EngineTrial: LetterTrial {
    private let store: any ObjectStore
    private let engine: any PictureEngine
    private let quarantine: (any Quarantine)?
    private let options: WorkerOptions
    private let budget: MemoryBudget

    package var concurrency: Int { options.effectiveCPUWorkers }

    /// Makes a trial with the engine and the options of the worker.
    ///
    /// - Parameter quarantine: the quarantine, whose own objects are no sources; nil for none.
    package init(
        store: any ObjectStore, engine: any PictureEngine, quarantine: (any Quarantine)?,
        options: WorkerOptions
    ) {
        self.store = store
        self.engine = engine
        self.quarantine = quarantine
        self.options = options
        budget = MemoryBudget(bytes: options.effectiveMemoryBytes)
    }

    package func obstacle(of letter: DeadLetter) async throws -> Obstacle? {
        let original = OriginalBody(of: letter.body, attributes: letter.attributes)
        let records: [S3Notification.Record]
        do throws(S3EventsError) { records = try original.notification().records } catch {
            return Self.notUnderstood(error)
        }
        var hasPicture = false
        do {
            for (index, record) in records.enumerated() where original.selects(index, of: records.count) {
                switch record {
                case .removed, .other: continue
                case .unreadable(let error): return Self.notUnderstood(error)
                case .created(let event):
                    try await attempt(event, checksOutputs: letter.record?.error == Self.collision)
                    hasPicture = true
                }
            }
        } catch let error as WorkerError {
            // These errors concern the process and not the letter.
            guard error.kind != .credentials, error.kind != .decoderUnavailable else { throw error }
            return Obstacle(Failure(error), reason: error.description)
        } catch let obstacle as Obstacle {
            return obstacle
        }
        return hasPicture ? nil : Self.nothingToDo("the message announces no new object")
    }

    private static let collision = WorkerError.Kind.outputCollision.rawValue

    private static func notUnderstood(_ error: S3EventsError) -> Obstacle {
        Obstacle(
            Failure(error: WorkerError.Kind.notUnderstood.rawValue, code: error.kind.rawValue),
            reason: error.description)
    }

    /// Returns the obstacle of a letter that the worker would delete without making outputs.
    private static func nothingToDo(_ reason: String) -> Obstacle {
        Obstacle(Failure(error: "nothing-to-do", code: ""), reason: reason)
    }

    /// Makes the outputs of the source of an event.
    ///
    /// - Throws: `WorkerError`, `Obstacle`, `CancellationError`.
    private func attempt(_ event: ObjectEvent, checksOutputs: Bool) async throws {
        let source = ObjectReference(bucket: event.bucket, key: event.key)
        guard !OutputPlan.isOutput(source, options: options.output), quarantine?.holds(source) != true else {
            throw Self.nothingToDo("\(source) has the name of an output")
        }
        guard options.filter.admits(bucket: event.bucket) else {
            throw WorkerError(
                .bucketNotAllowed, operation: "processing \(source)",
                code: WorkerError.Kind.bucketNotAllowed.rawValue,
                detail: "filter.buckets does not contain this bucket")
        }
        guard options.filter.admits(event.key) else {
            throw Self.nothingToDo("filter.include or filter.exclude excludes \(source)")
        }
        var memory = try await budget.downloads.acquire(engine.maximumBytes)
        let object = try await store.get(source, maximumBytes: engine.maximumBytes, onNewConnection: false)
        memory.shrink(to: object.bytes.capacity)
        if event.mayBeFolder, object.bytes.isEmpty { throw Self.nothingToDo("\(source) is a folder") }
        if options.output.copyTags { _ = try await store.tags(of: source) }
        let survey = try engine.survey(object.bytes)
        let plan = try OutputPlan(
            event, sizes: engine.sizes, ending: survey.outputEnding, options: options.output)
        if checksOutputs { try await refuseCollision(of: plan, event) }
        let working = try await budget.pixels.acquire(survey.workingSetBytes)
        try await pixelate(object.bytes, survey)
        _ = consume working
    }

    /// The maximum number of attempts to start a decoder. A machine under load may need several.
    private static let maximumStarts = 5

    private func pixelate(_ bytes: [UInt8], _ survey: Survey) async throws {
        for attempt in 1... {
            do {
                _ = try await engine.pixelate(bytes, survey: survey)
                return
            } catch let error as WorkerError {
                guard error.kind == .decoderUnavailable, attempt < Self.maximumStarts else { throw error }
                try await Task.sleep(for: .seconds(attempt))
            }
        }
    }

    /// Throws an error when the first output is that of another source.
    private func refuseCollision(of plan: OutputPlan, _ event: ObjectEvent) async throws {
        guard let output = plan.outputs.first, let head = try await store.head(output),
            let owner = OutputStamp(head.metadata)?.source, owner != OutputStamp.sourceName(event)
        else { return }
        throw WorkerError(
            .outputCollision, operation: "pixelating \(plan.source)", code: Self.collision,
            detail: "\(output) is the output of another source (\(owner.prefix(300)))")
    }
}
