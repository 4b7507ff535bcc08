// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The `AuditStore` that reads from S3.
package struct S3AuditStore: AuditStore {
    private let client: S3Client

    package init(_ client: S3Client) { self.client = client }

    package func page(of bucket: String, prefix: String, after: String?) async throws -> ObjectPage {
        try await client.list(bucket, prefix: prefix, after: after)
    }

    package func get(_ object: ObjectReference, maximumBytes: Int) async throws -> [UInt8] {
        try await client.get(object, maximumBytes: maximumBytes).bytes
    }

    package func head(_ object: ObjectReference) async throws -> ObjectHead? {
        do {
            return try await client.head(object)
        } catch {
            guard error.kind != .noSuchKey else { return nil }
            var error = error
            if error.kind == .accessDenied {
                // The response to HEAD has no body that names the permission.
                error.message += "HeadObject needs the permission s3:GetObject"
            }
            throw error
        }
    }
}
