// SPDX-License-Identifier: Apache-2.0

import AWS
import Audit
import Support

/// A store in memory, with pages of any size, that counts its requests and can fail.
final class FakeAuditStore: AuditStore {
    struct Failure: Error {}

    private struct State {
        /// The objects by bucket and key.
        var buckets: [String: [[UInt8]: (ListedObject, [String: String])]] = [:]
        /// The contents of objects.
        var contents: [ObjectReference: [UInt8]] = [:]
        /// The keys of the buckets in order; a bucket is absent when it has changed since it was listed.
        var sorted: [String: [[UInt8]]] = [:]
        var requests = AuditRequests()
        /// The number of requests after which each request fails; nil for never.
        var remaining: Int?
    }

    private let pageSize: Int
    private let state = Locked(State())

    init(pageSize: Int = 10) { self.pageSize = pageSize }

    var requests: AuditRequests { state.withLock { $0.requests } }

    func put(
        _ key: String, in bucket: String, eTag: String, modified: Double = 0, metadata: [String: String] = [:]
    ) {
        state.withLock {
            $0.sorted[bucket] = nil
            $0.buckets[bucket, default: [:]][Array(key.utf8)] = (
                ListedObject(key: key, eTag: eTag, size: 1000, modified: modified), metadata
            )
        }
    }

    func remove(_ key: String, from bucket: String) {
        state.withLock {
            $0.sorted[bucket] = nil
            $0.buckets[bucket]?[Array(key.utf8)] = nil
        }
    }

    /// Lets each request fail after `count` more; nil for none.
    func fail(after count: Int?) { state.withLock { $0.remaining = count } }

    func page(of bucket: String, prefix: String, after: String?) async throws -> ObjectPage {
        try state.withLock { state in
            state.requests.list += 1
            try Self.count(&state)
            let sorted =
                state.sorted[bucket]
                ?? (state.buckets[bucket] ?? [:]).keys.sorted { $0.lexicographicallyPrecedes($1) }
            state.sorted[bucket] = sorted
            let first = sorted.partitioningIndex { key in
                (after.map { $0.utf8.lexicographicallyPrecedes(key) } ?? true)
                    && !key.lexicographicallyPrecedes(prefix.utf8)
            }
            let keys = sorted[first...].prefix { $0.starts(with: prefix.utf8) }
            let objects = keys.prefix(pageSize).compactMap { state.buckets[bucket]?[$0]?.0 }
            return ObjectPage(objects: objects, isLast: keys.count <= pageSize)
        }
    }

    /// Stores the content of an object, which is in no listing.
    func put(_ content: [UInt8], as object: ObjectReference) {
        state.withLock { $0.contents[object] = content }
    }

    func get(_ object: ObjectReference, maximumBytes: Int) async throws -> [UInt8] {
        try state.withLock { state in
            state.requests.get += 1
            try Self.count(&state)
            guard let content = state.contents[object], content.count <= maximumBytes else { throw Failure() }
            return content
        }
    }

    func head(_ object: ObjectReference) async throws -> ObjectHead? {
        try state.withLock { state in
            state.requests.head += 1
            try Self.count(&state)
            return state.buckets[object.bucket]?[Array(object.key.utf8)].map { object, metadata in
                ObjectHead(eTag: ETag.quoted(object.eTag ?? ""), size: object.size, metadata: metadata)
            }
        }
    }

    private static func count(_ state: inout State) throws {
        guard let remaining = state.remaining else { return }
        guard remaining > 0 else { throw Failure() }
        state.remaining = remaining - 1
    }
}

extension Array {
    /// Returns the first index whose element fulfils a condition that all later elements fulfil as well.
    fileprivate func partitioningIndex(_ condition: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
