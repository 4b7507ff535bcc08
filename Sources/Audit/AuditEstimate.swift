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

    /// The maximum number of pages of the listing that are counted.
    private static let pages = 100

    /// Counts the sources in up to 100 pages of the listing.
    ///
    /// - Throws: the error of the store.
    package init(_ options: AuditOptions, store: any AuditStore) async throws {
        var (after, first): (String?, String?) = (nil, nil)
        sources = 0
        isComplete = false
        let begin = ContinuousClock.now
        var pages = 0
        while pages < Self.pages, !isComplete {
            let page = try await store.page(of: options.bucket, prefix: options.prefix, after: after)
            pages += 1
            sources += page.objects.count
            first = first ?? page.objects.first?.key
            after = page.objects.last?.key
            isComplete = page.isLast
        }
        let pageTime = begin.duration(to: .now) / pages
        let audited = min(sources, options.sample ?? sources)
        let sizes = options.sizes.count
        // The listing of sources, that of the outputs once for each size, and for the orphans once more, with the
        // listing of the sources once for each size.
        let orphans = options.findsOrphans && options.sample == nil ? 2 * sizes : 0
        requests = AuditRequests(
            list: sources / S3Client.pageLimit * (1 + sizes + orphans) + 1 + sizes + orphans,
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
