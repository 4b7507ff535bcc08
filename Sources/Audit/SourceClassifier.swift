// SPDX-License-Identifier: Apache-2.0

import AWS
import S3Events
import Support
import Worker

/// The comparison of sources with their outputs.
struct SourceClassifier {
    /// A source with the outputs that a listing shows.
    struct Candidate: Sendable {
        var source: ListedObject
        /// The outputs in the order of the sizes, nil where there is none: one list for each ending that at least one
        /// output has. Empty when there is no output.
        var outputs: [[ListedOutput?]]
        /// The state when the listing alone decides it; nil otherwise.
        var state: SourceStatus?
    }

    /// An output that a listing shows.
    struct ListedOutput: Sendable {
        var name: ObjectReference
        var modified: Double?
    }

    private let options: AuditOptions
    private let store: any AuditStore
    private let setAside: SetAsideIndex
    private let endings: [String?]
    private var windows: ListingWindows

    init(_ options: AuditOptions, store: any AuditStore, setAside: SetAsideIndex) {
        self.options = options
        self.store = store
        self.setAside = setAside
        endings = options.endings
        windows = ListingWindows(store, bucket: options.output.bucket, prefix: options.outputPrefix)
    }

    /// Looks up the outputs of a source in the listing of the output bucket. Sources must come in the order of their
    /// keys, so that the listing is read once.
    ///
    /// - Throws: the error of the store.
    mutating func candidate(_ source: ListedObject) async throws -> Candidate {
        if isIgnored(source) { return Candidate(source: source, outputs: [], state: .ignored) }
        var found: [[ListedOutput?]] = []
        for ending in endings {
            guard let plan = plan(source, ending: ending) else {
                return Candidate(source: source, outputs: [], state: .setAside(OutputPlan.tooLong))
            }
            var listed: [ListedOutput?] = []
            for name in plan.outputs {
                let object = try await windows.find(name.key)
                listed.append(object.map { ListedOutput(name: name, modified: $0.modified) })
            }
            if listed.contains(where: { $0 != nil }) { found.append(listed) }
            // Outputs without an ending are the most common, and other endings are then not looked for.
            if listed.allSatisfy({ $0 != nil }) { break }
        }
        var candidate = Candidate(source: source, outputs: found)
        if found.isEmpty, !mayBeOutdated {
            candidate.state = state(of: source, or: .missing(options.sizes.count))
        } else if options.isFast {
            candidate.state = state(of: source, or: Self.best(found.map { fastState(source, $0) }))
        }
        return candidate
    }

    /// Reads the metadata of the outputs of a candidate, and returns the state of the source.
    ///
    /// - Throws: the error of the store.
    func state(of candidate: Candidate) async throws -> SourceStatus {
        if let state = candidate.state { return state }
        var source = candidate.source
        if source.eTag == nil {
            guard let eTag = try await currentETag(of: source) else { return .ignored }
            source.eTag = eTag
        }
        let state = try await state(of: source, candidate.outputs)
        guard mayBeOutdated, state.needsWork else { return state }
        // The object may have been replaced or deleted after the inventory was made.
        guard let eTag = try await currentETag(of: source) else { return .ignored }
        guard eTag != source.eTag else { return state }
        source.eTag = eTag
        return try await self.state(of: source, candidate.outputs)
    }

    /// True when the sources are those of an inventory, which describes the bucket as it was at an earlier time. An
    /// audit of listings alone does not ask for the current version.
    private var mayBeOutdated: Bool { options.inventory != nil && !options.isFast }

    private func currentETag(of source: ListedObject) async throws -> String? {
        let object = ObjectReference(bucket: options.bucket, key: source.key)
        return try await store.head(object).map { ETag.unquoted($0.eTag ?? "") }
    }

    private func state(
        of source: ListedObject, _ outputs: [[ListedOutput?]]
    ) async throws -> SourceStatus {
        var states: [SourceStatus] = []
        for outputs in outputs { states.append(try await state(of: source, outputs)) }
        return state(of: source, or: states.isEmpty ? .missing(options.sizes.count) : Self.best(states))
    }

    private func state(of source: ListedObject, _ outputs: [ListedOutput?]) async throws -> SourceStatus {
        let name = OutputStamp.sourceName(event(source))
        var (missing, reason) = (0, SourceStatus.StaleReason?.none)
        for output in outputs {
            guard let output, let head = try await store.head(output.name) else {
                missing += 1
                continue
            }
            guard let stamp = OutputStamp(head.metadata), stamp.source == name else {
                reason = .origin
                continue
            }
            if stamp.eTag != source.eTag { reason = reason ?? .source }
            if stamp.outputFormat != options.outputFormat { reason = reason ?? .recipe }
        }
        if missing > 0 { return .missing(missing) }
        return reason.map(SourceStatus.stale) ?? .complete
    }

    /// Returns the state of a source by the times of the listings.
    private func fastState(_ source: ListedObject, _ outputs: [ListedOutput?]) -> SourceStatus {
        let missing = outputs.count { $0 == nil }
        guard missing == 0 else { return .missing(missing) }
        guard let changed = source.modified else { return .complete }
        let isOutdated = outputs.contains { ($0?.modified).map { $0 < changed } ?? false }
        return isOutdated ? .stale(.time) : .complete
    }

    /// Returns the best of the states that the outputs with different endings show.
    private static func best(_ states: [SourceStatus]) -> SourceStatus {
        func rank(_ state: SourceStatus) -> Int {
            switch state {
            case .complete, .ignored, .setAside: 0
            case .stale: 1
            case .missing(let count): 1 + count
            }
        }
        return states.min { rank($0) < rank($1) } ?? .complete
    }

    /// Returns `state`, or `.setAside` when the outputs are not there because the worker has stored a failure.
    private func state(of source: ListedObject, or state: SourceStatus) -> SourceStatus {
        guard state.needsWork,
            let code = setAside.code(bucket: options.bucket, key: source.key, eTag: source.eTag)
        else { return state }
        return .setAside(code)
    }

    private func isIgnored(_ source: ListedObject) -> Bool {
        let object = ObjectReference(bucket: options.bucket, key: source.key)
        return source.key.utf8.last == UInt8(ascii: "/") && source.size ?? 0 == 0
            || !options.filter.admits(source.key)
            || OutputPlan.isOutput(object, options: options.output)
            || setAside.holds(object)
    }

    /// Returns the names of the outputs of a source; nil when they are too long for S3.
    private func plan(_ source: ListedObject, ending: String?) -> OutputPlan? {
        try? OutputPlan(
            event(source), sizes: options.sizes, ending: ending, options: options.output)
    }

    private func event(_ source: ListedObject) -> ObjectEvent {
        ObjectEvent(bucket: options.bucket, key: source.key, eTag: source.eTag, size: source.size)
    }
}
