// SPDX-License-Identifier: Apache-2.0

import AWS
import Worker

/// The number of requests, the price and the time of an audit, estimated before it begins.
package struct AuditEstimate: Sendable, Equatable {
    /// The number of sources, or of those that were counted.
    package var sources: Int
    /// True when all sources were counted.
    package var isComplete: Bool
    /// The expected number of requests for `sources`. The number is lower when outputs are missing.
    package var requests: AuditRequests
    /// The expected time for `sources`.
    package var time: Duration

    /// The number of sources after which no further page is counted.
    private static let enough = 100 * S3Client.pageLimit

    /// Counts the sources of the first pages: some more than 100,000 at most.
    ///
    /// - Throws: the errors of the store, and `AuditError`.
    package init(_ options: AuditOptions, store: any AuditStore) async throws {
        var all = options
        all.sample = nil
        var listing = try await SourceListing(
            all, store: store, from: AuditCheckpoint(identity: options.identity))
        var first: String?
        sources = 0
        isComplete = false
        while sources < Self.enough, !isComplete {
            let page = try await listing.next()
            sources += page.objects.count
            first = first ?? page.objects.first?.key
            isComplete = page.isLast
        }
        let begin = ContinuousClock.now
        _ = try await store.page(of: options.output.bucket, prefix: options.outputPrefix, after: nil)
        let pageTime = begin.duration(to: .now)
        let audited = min(sources, options.sample ?? sources)
        let sizes = options.sizes.count
        let own = options.inventory == nil ? 1 : 0
        // The listing of the sources unless there is an inventory, that of the outputs once for each size, and for the
        // orphans once more, with the listing of the sources once for each size.
        let orphans = options.findsOrphans && options.sample == nil ? 2 * sizes : 0
        requests = AuditRequests(
            list: sources / S3Client.pageLimit * (own + sizes + orphans) + own + sizes + orphans,
            head: options.isFast ? 0 : audited * sizes)
        var headTime = Duration.zero
        if !options.isFast, let first {
            let probe = ContinuousClock.now
            _ = try await store.head(ObjectReference(bucket: options.output.bucket, key: first))
            headTime = probe.duration(to: .now)
        }
        time = pageTime * requests.list + headTime * requests.head / max(1, options.concurrency)
    }
}
