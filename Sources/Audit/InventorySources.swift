// SPDX-License-Identifier: Apache-2.0

import AWS

/// The sources in an inventory of S3, page by page.
///
/// S3 does not document an order of the rows, so that those of a page are sorted here: outputs are looked up in
/// listings, which are read once for a page.
struct InventorySources {
    /// The maximum number of objects of a page.
    static let pageSize = 20_000
    /// The maximum size of a compressed file in bytes, which is in memory while its rows are read.
    static let maximumFile = 1 << 29
    /// The maximum size of a manifest in bytes.
    private static let maximumManifest = 1 << 24

    private let options: AuditOptions
    private let store: any AuditStore
    private let manifest: InventoryManifest
    private var nextFile = 0
    private var rows: InventoryRows?
    /// The number of objects of earlier pages that an earlier process has audited.
    private var skipped: Int

    /// Reads the manifest of an inventory.
    ///
    /// - Parameter skipping: the number of objects that are left out, in the order of the pages.
    /// - Throws: the errors of the store, and `AuditError` of the kind `.inventory`.
    init(
        _ inventory: ObjectReference, _ options: AuditOptions, store: any AuditStore, skipping: Int
    ) async throws {
        self.options = options
        self.store = store
        manifest = try InventoryManifest(
            json: try await store.get(inventory, maximumBytes: Self.maximumManifest), at: inventory,
            of: options.bucket)
        skipped = skipping
    }

    /// Returns the next page of objects, in the order of their keys.
    ///
    /// - Throws: the errors of the store, and `AuditError` of the kind `.inventory`.
    mutating func next() async throws -> ObjectPage {
        while true {
            var objects: [ListedObject] = []
            while objects.count < Self.pageSize, let object = try await object() { objects.append(object) }
            let isLast = objects.count < Self.pageSize
            objects.sort { KeyOrder.precedes($0.key, $1.key) }
            let count = min(skipped, objects.count)
            skipped -= count
            objects.removeFirst(count)
            if isLast || !objects.isEmpty { return ObjectPage(objects: objects, isLast: isLast) }
        }
    }

    /// Returns the next object whose key begins with the prefix of the audit; nil at the end of the inventory.
    private mutating func object() async throws -> ListedObject? {
        while true {
            while let (bucket, object) = try rows?.next() {
                guard bucket == options.bucket else {
                    throw AuditError(
                        .inventory,
                        "a row of the inventory is about the bucket \(bucket), not \(options.bucket)")
                }
                if object.key.utf8.starts(with: options.prefix.utf8) { return object }
            }
            guard nextFile < manifest.files.count else { return nil }
            let file = manifest.files[nextFile].object
            nextFile += 1
            rows = nil
            rows = try InventoryRows(
                try await store.get(file, maximumBytes: Self.maximumFile), manifest.columns, name: "\(file)")
        }
    }
}
