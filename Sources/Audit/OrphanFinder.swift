// SPDX-License-Identifier: Apache-2.0

import AWS
import Pixelation
import S3Events
import Worker

/// The search for outputs whose sources do not exist.
struct OrphanFinder {
    private let options: AuditOptions
    private let store: any AuditStore
    private let naming: Naming
    private var sources: ListingWindows

    init(_ options: AuditOptions, store: any AuditStore) {
        self.options = options
        self.store = store
        naming = Naming(namePrefix: options.output.namePrefix)
        sources = ListingWindows(store, bucket: options.bucket, prefix: options.prefix)
    }

    /// Returns true when an object of the output bucket is an output of a source that would be within the audit, and
    /// that does not exist. Objects must come in the order of their keys.
    ///
    /// Its stamp shows whether an output belongs to another bucket; an audit of the listings alone does not read it.
    ///
    /// - Throws: the error of the store.
    mutating func isOrphan(_ object: ListedObject) async throws -> Bool {
        let keys = sourceKeys(of: object.key)
        guard !keys.isEmpty else { return false }
        for key in keys where try await sources.find(key) != nil { return false }
        guard !options.isFast else { return true }
        let name = ObjectReference(bucket: options.output.bucket, key: object.key)
        guard let head = try await store.head(name), let stamp = OutputStamp(head.metadata) else {
            return false
        }
        return keys.contains {
            stamp.source == OutputStamp.sourceName(ObjectEvent(bucket: options.bucket, key: $0))
        }
    }

    /// Returns the keys that the source of an output can have, one for each ending that the output can have got.
    private func sourceKeys(of output: String) -> [String] {
        let prefix = options.output.prefix(forSourcesIn: options.bucket)
        guard output.utf8.starts(with: prefix.utf8),
            let key = naming.sourceKey(
                ofOutput: String(decoding: output.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
        else { return [] }
        return options.endings.compactMap { ending -> String? in
            guard let ending else { return key }
            let suffix = ".\(ending)"
            return key.hasSuffix(suffix) ? String(key.dropLast(suffix.count)) : nil
        }.filter { $0.utf8.starts(with: options.prefix.utf8) && options.filter.admits($0) }
    }
}
