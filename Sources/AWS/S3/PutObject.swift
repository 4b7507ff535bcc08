// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

extension S3Client {
    /// Stores `bytes` as an object with one request (`PutObject`). An existing object of the same key is replaced. S3
    /// has stored the object durably when the function returns.
    ///
    /// The request contains the CRC-32C of the bytes, which S3 verifies and stores.
    ///
    /// - Throws: `AWSError`, of the kind `.preconditionFailed` when the condition `options.ifMatch` or
    ///   `options.ifNoneMatch` is not fulfilled.
    package func put(
        _ bytes: [UInt8], to object: ObjectReference, options: PutOptions
    ) async throws(AWSError) -> PutReceipt {
        var headers = options.headers
        headers["x-amz-sdk-checksum-algorithm"] = "CRC32C"
        headers["x-amz-checksum-crc32c"] = Self.crc32cHeader(bytes)
        guard let ifMatch = options.ifMatch, endpoints.options.s3 != nil else {
            return try await put(bytes, to: object, headers: headers, within: deadline())
        }
        // RFC 9110, 13.1.1 requires the quotation marks, and AWS accepts them. Ceph RGW and stores built on it
        // compare the header with the unquoted ETag, so that the condition never holds (slatedb/slatedb#1818).
        let isUnquoted = eTagQuoting.isUnquoted
        let deadline = deadline()
        if isUnquoted { headers["If-Match"] = ETag.unquoted(ifMatch) }
        do { return try await put(bytes, to: object, headers: headers, within: deadline) } catch {
            guard error.kind == .preconditionFailed, !isUnquoted, await has(object, ifMatch, within: deadline)
            else {
                throw error
            }
        }
        headers["If-Match"] = ETag.unquoted(ifMatch)
        let receipt = try await put(bytes, to: object, headers: headers, within: deadline)
        eTagQuoting.useUnquoted()
        return receipt
    }

    private func put(
        _ bytes: [UInt8], to object: ObjectReference, headers: Headers, within deadline: OperationDeadline
    ) async throws(AWSError) -> PutReceipt {
        let response = try await send(
            "PutObject", .put, object, headers: headers, body: bytes, within: deadline
        ) { response in
            response.headers["etag"] == nil ? (.malformedResponse, "the response has no ETag") : nil
        }
        let head = ObjectHead(response.headers)
        return PutReceipt(eTag: head.eTag ?? "", versionID: head.versionID, requestID: head.requestID)
    }

    /// Returns true when the stored object has the ETag `eTag`, so that a condition with this ETag can have failed only
    /// because of its quotation marks.
    private func has(
        _ object: ObjectReference, _ eTag: String, within deadline: OperationDeadline
    ) async -> Bool {
        do {
            let head = ObjectHead(try await send("HeadObject", .head, object, within: deadline).headers)
            return head.eTag.map(ETag.unquoted) == ETag.unquoted(eTag)
        } catch { return false }
    }
}
