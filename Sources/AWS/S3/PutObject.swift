// SPDX-License-Identifier: Apache-2.0

import HTTP

/// What S3 answered to an upload.
package struct PutReceipt: Sendable, Equatable {
    package var eTag: String
    package var versionID: String?
    package var requestID: String?
}

extension S3Client {
    /// Stores `bytes` as an object, replacing what has been there. When it returns, the object is durable.
    ///
    /// The bytes carry a CRC-32C, which S3 checks and keeps.
    ///
    /// - Throws: `AWSError`.
    package func put(
        _ bytes: [UInt8], to object: ObjectReference, options: PutOptions
    ) async throws(AWSError) -> PutReceipt {
        var headers = options.headers
        headers["x-amz-sdk-checksum-algorithm"] = "CRC32C"
        headers["x-amz-checksum-crc32c"] = Self.crc32cHeader(bytes)
        let response = try await send("PutObject", .put, object, headers: headers, body: bytes) { response in
            response.headers["etag"] == nil ? (.malformedResponse, "the answer has no ETag") : nil
        }
        let head = ObjectHead(response.headers)
        return PutReceipt(eTag: head.eTag ?? "", versionID: head.versionID, requestID: head.requestID)
    }
}
