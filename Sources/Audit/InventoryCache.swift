// SPDX-License-Identifier: Apache-2.0

package import AWS
import Support

/// A store that keeps the objects which the estimate of an audit reads, so that the audit does not read the manifest
/// and the first files of its inventory again.
package struct InventoryCache: AuditStore {
    /// The maximum number of bytes that are kept. Objects for which there is no room are read twice.
    private static let limit = 1 << 26

    private struct Contents {
        var isKeeping = true
        var objects: [ObjectReference: [UInt8]] = [:]
        var bytes = 0
    }

    private let store: any AuditStore
    private let contents = Locked(Contents())

    package init(_ store: any AuditStore) { self.store = store }

    /// Ends the keeping: each object that is kept is returned once more, and others are read from the store.
    package func endKeeping() { contents.withLock { $0.isKeeping = false } }

    package func page(of bucket: String, prefix: String, after: String?) async throws -> ObjectPage {
        try await store.page(of: bucket, prefix: prefix, after: after)
    }

    package func get(_ object: ObjectReference, maximumBytes: Int) async throws -> [UInt8] {
        let kept = contents.withLock { $0.isKeeping ? nil : $0.objects.removeValue(forKey: object) }
        if let kept { return kept }
        let content = try await store.get(object, maximumBytes: maximumBytes)
        contents.withLock { contents in
            guard contents.isKeeping, contents.bytes + content.count <= Self.limit else { return }
            contents.objects[object] = content
            contents.bytes += content.count
        }
        return content
    }

    package func head(_ object: ObjectReference) async throws -> ObjectHead? { try await store.head(object) }
}
