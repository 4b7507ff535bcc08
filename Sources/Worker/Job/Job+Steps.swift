// SPDX-License-Identifier: Apache-2.0

internal import Pixelation
internal import S3Events

/// The steps of one attempt.
extension Job {
    /// What lies at the places of the outputs. A new picture has none: if the first is missing, so are the others,
    /// and should one not be, its put is refused and the second round looks at all.
    func look(at plan: OutputPlan, isFirst: Bool) async throws -> ExistingOutputs {
        var states = plan.places.map { _ in ExistingOutputs.OutputState.empty }
        guard let first = plan.places.first else { return ExistingOutputs(states: states) }
        states[0] = try await look(at: first.name)
        if isFirst && states[0] == .empty { return ExistingOutputs(states: states) }
        try await withThrowingTaskGroup(of: (Int, ExistingOutputs.OutputState).self) { group in
            for (index, place) in plan.places.enumerated().dropFirst() {
                group.addTask { (index, try await look(at: place.name)) }
            }
            for try await (index, spot) in group { states[index] = spot }
        }
        return ExistingOutputs(states: states)
    }

    private func look(at name: ObjectName) async throws -> ExistingOutputs.OutputState {
        do {
            return try await store.head(name).map(ExistingOutputs.OutputState.taken) ?? .empty
        } catch let error as WorkerError where error.kind == .accessDenied {
            // Allowed to write and not to read, or missing without s3:ListBucket.
            return .unknown
        }
    }

    func fetch(
        _ source: ObjectName, _ event: ObjectEvent, maximumBytes: Int
    ) async throws -> SourceObject {
        // Known to be too large, unless it has been replaced since.
        if let size = event.size, size > engine.maximumBytes,
            let facts = try await store.head(source), facts.eTag == event.eTag
        {
            throw WorkerError(
                .tooLarge, operation: "GetObject \(source)", code: "too-many-bytes",
                detail: "\(size) bytes, more than \(engine.maximumBytes)")
        }
        return try await store.get(source, maximumBytes: maximumBytes)
    }

    /// Stores those outputs whose place does not show this source yet, all at once.
    ///
    /// - Returns: False when somebody else wrote to one of the places since we looked.
    func put(
        _ picture: PixelatedPicture, _ stale: [Int], of plan: OutputPlan, over existing: ExistingOutputs,
        stamp: OutputStamp,
        tags: [String: String]
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in stale {
                let encoded = picture.outputs[index]
                let output = OutputObject(
                    name: plan.places[index].name, bytes: encoded.bytes, contentType: encoded.contentType,
                    metadata: stamp.metadata, tags: tags)
                let condition = options.output.conditionalWrites ? existing.states[index].condition : .none
                group.addTask {
                    do {
                        try await store.put(output, if: condition)
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

    /// The outputs may stay if the source is what they were made from, or is gone.
    func isCurrent(_ source: ObjectName, _ stamp: OutputStamp) async throws -> Bool {
        guard let facts = try await store.head(source) else { return true }
        return facts.eTag == stamp.eTag
    }
}
