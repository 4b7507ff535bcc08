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
        guard let ifMatch = options.ifMatch, endpoints.options.s3 != nil else {
            return try await put(bytes, to: object, headers: headers, within: allowance())
        }
        // RFC 9110 wants the quotation marks, and AWS takes them. Ceph's gateway and what is built on it compare
        // them with the bare ETag, so that the condition never holds (slatedb/slatedb#1818).
        let isBare = conditions.areBare
        let time = allowance()
        if isBare { headers["If-Match"] = Self.unquoted(ifMatch) }
        do { return try await put(bytes, to: object, headers: headers, within: time) } catch {
            guard error.kind == .preconditionFailed, !isBare, await has(object, ifMatch, within: time) else {
                throw error
            }
        }
        headers["If-Match"] = Self.unquoted(ifMatch)
        let receipt = try await put(bytes, to: object, headers: headers, within: time)
        conditions.becomeBare()
        return receipt
    }

    private func put(
        _ bytes: [UInt8], to object: ObjectReference, headers: Headers, within time: TimeAllowance
    ) async throws(AWSError) -> PutReceipt {
        let response = try await send(
            "PutObject", .put, object, headers: headers, body: bytes, within: time
        ) { response in
            response.headers["etag"] == nil ? (.malformedResponse, "the answer has no ETag") : nil
        }
        let head = ObjectHead(response.headers)
        return PutReceipt(eTag: head.eTag ?? "", versionID: head.versionID, requestID: head.requestID)
    }

    /// Whether the object in place has the ETag: then a condition on it was refused for its form.
    private func has(
        _ object: ObjectReference, _ eTag: String, within time: TimeAllowance
    ) async -> Bool {
        do {
            let head = ObjectHead(try await send("HeadObject", .head, object, within: time).headers)
            return head.eTag.map(Self.unquoted) == Self.unquoted(eTag)
        } catch { return false }
    }
}
