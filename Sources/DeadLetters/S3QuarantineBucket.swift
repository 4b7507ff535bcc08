// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The `QuarantineBucket` in S3.
package struct S3QuarantineBucket: QuarantineBucket {
    /// The maximum size of a quarantine record in bytes: the body of a message, of which each byte can become six bytes
    /// in JSON, and 64 KiB of other fields.
    private static let recordBytes = 7 << 20

    private let client: S3Client
    private let bucket: String
    private let prefix: String

    package init(_ client: S3Client, bucket: String, prefix: String) {
        self.client = client
        self.bucket = bucket
        self.prefix = prefix
    }

    package func page(after key: String?) async throws -> ObjectPage {
        try await client.list(bucket, prefix: prefix, after: key)
    }

    package func content(of key: String) async throws -> String? {
        let object = ObjectReference(bucket: bucket, key: key)
        do throws(AWSError) {
            let bytes = try await client.get(object, maximumBytes: Self.recordBytes).bytes
            return String(validating: bytes, as: UTF8.self)
        } catch {
            guard error.kind == .noSuchKey || error.kind == .tooLarge else { throw error }
            return nil
        }
    }

    package func delete(_ key: String) async throws {
        try await client.delete(ObjectReference(bucket: bucket, key: key))
    }
}
