// SPDX-License-Identifier: Apache-2.0

/// The versioning of a bucket (`GetBucketVersioning`).
package enum BucketVersioning: String, Sendable, CaseIterable {
    /// The versioning was never enabled.
    case never = ""
    case enabled = "Enabled"
    /// New objects have no version, and earlier versions are kept.
    case suspended = "Suspended"
}

extension S3Client {
    /// Reads the versioning of a bucket. The call needs the permission `s3:GetBucketVersioning`.
    ///
    /// - Throws: `AWSError`.
    package func versioning(of bucket: String) async throws(AWSError) -> BucketVersioning {
        let document = try await document(
            "GetBucketVersioning", of: bucket, "versioning", root: "VersioningConfiguration")
        return BucketVersioning(rawValue: document["Status"]?.text ?? "") ?? .never
    }
}
