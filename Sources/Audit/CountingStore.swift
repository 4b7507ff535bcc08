// SPDX-License-Identifier: Apache-2.0

import AWS
import Support

/// A store that counts the requests to another one.
struct CountingStore: AuditStore {
    let store: any AuditStore
    private let counted = Locked(AuditRequests())

    init(_ store: any AuditStore) { self.store = store }

    /// The requests since the store was made.
    var requests: AuditRequests { counted.withLock { $0 } }

    func page(of bucket: String, prefix: String, after: String?) async throws -> ObjectPage {
        counted.withLock { $0.list += 1 }
        return try await store.page(of: bucket, prefix: prefix, after: after)
    }

    func get(_ object: ObjectReference, maximumBytes: Int) async throws -> [UInt8] {
        counted.withLock { $0.get += 1 }
        return try await store.get(object, maximumBytes: maximumBytes)
    }

    func head(_ object: ObjectReference) async throws -> ObjectHead? {
        counted.withLock { $0.head += 1 }
        return try await store.head(object)
    }
}
