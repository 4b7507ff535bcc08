// SPDX-License-Identifier: Apache-2.0

import AWS
import Support
package import Worker

/// The audit of a bucket: the comparison of each source with its outputs, and the repair of what is missing or stale by
/// events that are sent to the queue.
///
/// The listings of the source bucket, or its inventory, and of the output bucket are compared page by page, so that the
/// memory does not depend on the number of objects. The audit reads alone; the outputs are made by the workers of the
/// queue, with the same rules as after an upload.
package struct BucketAudit: Sendable {
    /// The repair of an audit.
    package struct Repair: Sendable {
        package var queue: any MessageSender
        /// The region in the events.
        package var region: String
        /// The maximum number of events a second.
        package var rate: Int

        package init(queue: any MessageSender, region: String, rate: Int) {
            self.queue = queue
            self.region = region
            self.rate = rate
        }
    }

    private let options: AuditOptions
    private let store: CountingStore
    private let setAside: SetAsideIndex
    private let repair: Repair?

    /// The number of sources after which the checkpoint is passed on.
    private static let chunk = 32

    package init(
        _ options: AuditOptions, store: any AuditStore, setAside: SetAsideIndex = SetAsideIndex(),
        repair: Repair? = nil
    ) {
        self.options = options
        self.store = CountingStore(store)
        self.setAside = setAside
        self.repair = repair
    }

    /// Runs the audit.
    ///
    /// - Parameters:
    ///   - checkpoint: the checkpoint from which the audit continues. A source whose event was sent just before a
    ///     process was killed can get a second one.
    ///   - onFinding: is called with each source that is not complete and each orphan. A source of the state `.ignored`
    ///     is no finding.
    ///   - onCheckpoint: is called after some sources each, when their findings are passed on and their events are
    ///     sent.
    /// - Returns: the last checkpoint, of the phase `.done`.
    /// - Throws: `AWSError`, `AuditError`, and the errors of both functions.
    package func run(
        from checkpoint: AuditCheckpoint? = nil,
        onFinding: (AuditFinding) throws -> Void,
        onCheckpoint: (AuditCheckpoint) throws -> Void = { _ in }
    ) async throws -> AuditCheckpoint {
        var checkpoint = checkpoint ?? AuditCheckpoint(identity: options.identity)
        let before = checkpoint.requests
        var classifier = SourceClassifier(options, store: store, setAside: setAside)
        var sender = repair.map {
            RepairSender($0.queue, bucket: options.bucket, region: $0.region, rate: $0.rate)
        }
        var queueRequests = 0
        func pass(_ checkpoint: inout AuditCheckpoint) throws {
            checkpoint.requests = before + store.requests
            checkpoint.requests.queue += queueRequests
            try onCheckpoint(checkpoint)
        }
        var listing =
            checkpoint.phase == .sources
            ? try await SourceListing(options, store: store, from: checkpoint) : nil
        while checkpoint.phase == .sources, let page = try await listing?.next() {
            for start in stride(from: 0, to: page.objects.count, by: chunkSize) {
                let sources = page.objects[start..<min(start + chunkSize, page.objects.count)]
                var damaged: [ListedObject] = []
                for (source, state) in try await states(of: sources, &classifier) {
                    checkpoint.totals.count(state)
                    if state.needsWork { damaged.append(source) }
                    if state == .complete || state == .ignored { continue }
                    try onFinding(
                        .source(ObjectReference(bucket: options.bucket, key: source.key), state))
                }
                queueRequests += try await sender?.send(damaged) ?? 0
                if sender != nil { checkpoint.totals.sent += damaged.count }
                checkpoint.after = sources.last?.key
                try pass(&checkpoint)
            }
            guard page.isLast else { continue }
            checkpoint.after = nil
            checkpoint.phase = options.findsOrphans && options.sample == nil ? .orphans : .done
            try pass(&checkpoint)
        }
        try await findOrphans(&checkpoint, onFinding: onFinding, onPage: pass)
        return checkpoint
    }

    private var chunkSize: Int { max(Self.chunk, options.concurrency) }

    /// Looks for orphans from the checkpoint to the end of the output bucket.
    private func findOrphans(
        _ checkpoint: inout AuditCheckpoint, onFinding: (AuditFinding) throws -> Void,
        onPage: (inout AuditCheckpoint) throws -> Void
    ) async throws {
        var finder = OrphanFinder(options, store: store)
        while checkpoint.phase == .orphans {
            let page = try await store.page(
                of: options.output.bucket, prefix: options.outputPrefix, after: checkpoint.after)
            for object in page.objects where try await finder.isOrphan(object) {
                checkpoint.totals.orphans += 1
                try onFinding(.orphan(ObjectReference(bucket: options.output.bucket, key: object.key)))
            }
            checkpoint.after = page.objects.last?.key ?? checkpoint.after
            if page.isLast {
                checkpoint.phase = .done
                checkpoint.after = nil
            }
            try onPage(&checkpoint)
        }
    }

    /// Returns the states of sources, in their order.
    private func states(
        of sources: ArraySlice<ListedObject>, _ classifier: inout SourceClassifier
    ) async throws -> [(ListedObject, SourceStatus)] {
        var candidates: [SourceClassifier.Candidate] = []
        for source in sources { candidates.append(try await classifier.candidate(source)) }
        let states = try await withThrowingTaskGroup(of: (Int, SourceStatus).self) { [classifier] group in
            var states = candidates.map { $0.state ?? .ignored }
            for (index, candidate) in candidates.enumerated() where candidate.state == nil {
                group.addTask { (index, try await classifier.state(of: candidate)) }
            }
            for try await (index, state) in group { states[index] = state }
            return states
        }
        return Array(zip(sources, states))
    }
}
