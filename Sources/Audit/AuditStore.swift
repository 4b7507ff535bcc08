// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The reads of an audit: `S3AuditStore`, or a simulated store in tests.
package protocol AuditStore: Sendable {
    /// Lists one page of a bucket: see `S3Client.list`.
    func page(of bucket: String, prefix: String, after: String?) async throws -> ObjectPage

    /// Returns the content of an object.
    func get(_ object: ObjectReference, maximumBytes: Int) async throws -> [UInt8]

    /// Returns the metadata of an object; nil when there is none.
    func head(_ object: ObjectReference) async throws -> ObjectHead?
}
