// SPDX-License-Identifier: Apache-2.0

import HTTP
package import Support

/// How an object is stored. What is nil or empty is not sent, and the bucket's defaults hold.
package struct PutOptions: Sendable, Equatable {
    package var contentType: String?
    package var cacheControl: String?
    /// For example `STANDARD_IA`; S3 knows which exist.
    package var storageClass: String?
    package var serverSideEncryption: Encryption?
    /// Id, ARN or alias of the key, with `.kms` or `.kmsDual` only; nil for the account's own key of S3.
    package var kmsKeyID: String?
    /// One data key for many objects: fewer and cheaper calls of KMS. With `.kms` only.
    package var bucketKey = false
    /// A canned ACL. Buckets whose owner is enforced accept `bucket-owner-full-control` only.
    package var acl: CannedACL?
    /// At most ten.
    package var tags: [String: String] = [:]
    /// User metadata by name without `x-amz-meta-`; S3 takes 2 KB in all, of which `problems` keeps a part for what is
    /// added to each object. What is not ASCII is sent as RFC 2047 says.
    package var metadata: [String: String] = [:]
    /// Store only over an object with this ETag; else `.preconditionFailed`.
    package var ifMatch: String?
    /// Store only where there is no object; else `.preconditionFailed`.
    ///
    /// When an answer is lost, the next attempt meets the object of the first: look before giving up.
    package var ifNoneMatch = false

    package enum Encryption: String, Sendable, CaseIterable {
        case s3 = "AES256"
        case kms = "aws:kms"
        /// Two layers of encryption.
        case kmsDual = "aws:kms:dsse"
    }

    package enum CannedACL: String, Sendable, CaseIterable {
        case privateToOwner = "private"
        case publicRead = "public-read"
        case publicReadWrite = "public-read-write"
        case authenticatedRead = "authenticated-read"
        case awsExecRead = "aws-exec-read"
        case bucketOwnerRead = "bucket-owner-read"
        case bucketOwnerFullControl = "bucket-owner-full-control"
    }

    package init(contentType: String? = nil) { self.contentType = contentType }

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        for (field, value) in [
            ("contentType", contentType), ("cacheControl", cacheControl), ("storageClass", storageClass),
            ("kmsKeyID", kmsKeyID), ("ifMatch", ifMatch),
        ] {
            guard let value else { continue }
            if value.isEmpty || !value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
                found.append(
                    OptionProblem(field, expected: "printable ASCII, not empty", got: value.debugDescription))
            }
        }
        if kmsKeyID != nil, serverSideEncryption != .kms, serverSideEncryption != .kmsDual {
            found.append(
                OptionProblem(
                    "kmsKeyID", expected: "serverSideEncryption aws:kms or aws:kms:dsse beside it",
                    got: kmsKeyID ?? ""))
        }
        if bucketKey, serverSideEncryption != .kms {
            found.append(
                OptionProblem("bucketKey", expected: "serverSideEncryption aws:kms beside it", got: "true"))
        }
        if tags.count > 10 {
            found.append(OptionProblem("tags", expected: "at most 10", got: "\(tags.count)"))
        }
        for (name, value) in tags
        where !(1...128).contains(name.unicodeScalars.count) || value.unicodeScalars.count > 256 {
            found.append(
                OptionProblem(
                    "tags.\(name)", expected: "a name of 1...128 and a value of 0...256 characters",
                    got: value))
        }
        return found + Metadata.problems(metadata)
    }

    /// The request's headers, without those of the checksum.
    var headers: Headers {
        var headers: Headers = ["Content-Type": contentType ?? "application/octet-stream"]
        headers["Cache-Control"] = cacheControl
        headers["x-amz-storage-class"] = storageClass
        headers["x-amz-server-side-encryption"] = serverSideEncryption?.rawValue
        headers["x-amz-server-side-encryption-aws-kms-key-id"] = kmsKeyID
        if bucketKey { headers["x-amz-server-side-encryption-bucket-key-enabled"] = "true" }
        headers["x-amz-acl"] = acl?.rawValue
        if !tags.isEmpty { headers["x-amz-tagging"] = Self.query(tags) }
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            headers["x-amz-meta-\(name.lowercased())"] = Metadata.encoded(value)
        }
        headers["If-Match"] = ifMatch.map(S3Client.quoted)
        if ifNoneMatch { headers["If-None-Match"] = "*" }
        return headers
    }

    private static func query(_ tags: [String: String]) -> String {
        tags.sorted { $0.key < $1.key }
            .map { "\(PercentEncoding.encode($0.key))=\(PercentEncoding.encode($0.value))" }
            .joined(separator: "&")
    }
}
