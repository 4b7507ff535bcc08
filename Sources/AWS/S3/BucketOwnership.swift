// SPDX-License-Identifier: Apache-2.0

/// The owner of the objects in a bucket, and so the effect of ACLs (`GetBucketOwnershipControls`).
package enum BucketOwnership: String, Sendable, CaseIterable {
    /// The bucket has no ACLs. Uploads with an ACL other than `bucket-owner-full-control` are refused.
    case bucketOwnerEnforced = "BucketOwnerEnforced"
    case bucketOwnerPreferred = "BucketOwnerPreferred"
    case objectWriter = "ObjectWriter"
}

extension S3Client {
    /// Reads the ownership controls of a bucket. The call needs the permission `s3:GetBucketOwnershipControls`. A
    /// bucket without such controls has `.objectWriter` (S3 User Guide, "Controlling ownership of objects").
    ///
    /// - Returns: the ownership; nil for one that is not known.
    /// - Throws: `AWSError`.
    package func ownership(of bucket: String) async throws(AWSError) -> BucketOwnership? {
        do {
            let document = try await document(
                "GetBucketOwnershipControls", of: bucket, "ownershipControls", root: "OwnershipControls")
            return (document["Rule"]?["ObjectOwnership"]?.text).flatMap(BucketOwnership.init)
        } catch {
            guard error.code == "OwnershipControlsNotFoundError" else { throw error }
            return .objectWriter
        }
    }
}
