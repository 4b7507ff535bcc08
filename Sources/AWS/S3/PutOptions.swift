// SPDX-License-Identifier: Apache-2.0

import HTTP
package import Support

/// The options of uploads, which are sent as headers of `PutObject`. No header is sent for nil and empty values, so
/// that the defaults of the bucket apply.
package struct PutOptions: Sendable, Equatable {
    package var contentType: String?
    package var cacheControl: String?
    /// The storage class, for example `STANDARD_IA`; nil for the default. Only S3 checks the name.
    package var storageClass: String?
    package var serverSideEncryption: Encryption?
    /// The id, ARN or alias of the KMS key; nil for the AWS managed key `aws/s3`. Valid only with `.kms` and
    /// `.kmsDual`.
    package var kmsKeyID: String?
    /// True to use an S3 Bucket Key, which reduces the number of requests to KMS. Valid only with `.kms`.
    package var bucketKey = false
    /// The canned ACL of the object; nil for none. Buckets with the setting "Bucket owner enforced" accept only
    /// `bucket-owner-full-control`.
    package var acl: CannedACL?
    /// The values of at most 10 object tags by the names of the tags. Names have 1...128 characters, values 0...256.
    package var tags: [String: String] = [:]
    /// The user-defined metadata by name without `x-amz-meta-`. S3 accepts 2048 bytes in total, of which a part is
    /// reserved for the metadata that the worker adds (`Metadata.reserve`). Values that are not ASCII are sent as
    /// encoded words (RFC 2047).
    package var metadata: [String: String] = [:]
    /// The ETag, with or without quotation marks, that the existing object must have; nil for no condition. When the
    /// existing object has another ETag, the upload fails with `.preconditionFailed`.
    package var ifMatch: String?
    /// True to let the upload fail with `.preconditionFailed` when an object with the key exists.
    ///
    /// When an attempt stores the object but its response is lost, the next attempt fails as well, because the object
    /// exists.
    package var ifNoneMatch = false

    package enum Encryption: String, Sendable, CaseIterable {
        case s3 = "AES256"
        case kms = "aws:kms"
        /// Dual-layer server-side encryption with KMS keys.
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

    /// The headers of the `PutObject` request for these options.
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
        headers["If-Match"] = ifMatch.map(ETag.quoted)
        if ifNoneMatch { headers["If-None-Match"] = "*" }
        return headers
    }

    private static func query(_ tags: [String: String]) -> String {
        tags.sorted { $0.key < $1.key }
            .map { "\(PercentEncoding.encode($0.key))=\(PercentEncoding.encode($0.value))" }
            .joined(separator: "&")
    }
}
