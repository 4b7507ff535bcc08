// SPDX-License-Identifier: Apache-2.0

import Digests
import HTTP
import Support

extension S3Client {
    /// Stores `bytes` as an object with one request (`PutObject`). An existing object of the same key is replaced. S3
    /// has stored the object durably when the function returns.
    ///
    /// The request contains the CRC-32C of the bytes, which S3 verifies and stores.
    ///
    /// - Throws: `AWSError`, of the kind `.preconditionFailed` when the condition `options.ifMatch` or
    ///   `options.ifNoneMatch` is not fulfilled, and `.conditionsUnsupported` when the store refuses conditions.
    package func put(
        _ bytes: [UInt8], to object: ObjectReference, options: PutOptions
    ) async throws(AWSError) -> PutReceipt {
        var headers = options.headers
        headers["x-amz-sdk-checksum-algorithm"] = "CRC32C"
        headers[Self.crc32cName] = Self.crc32cHeader(bytes)
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

    /// Sends an upload that cannot store anything, to find out whether the store supports conditional uploads: no
    /// object has the ETag of its condition `If-Match`, and its `Content-MD5` is wrong.
    ///
    /// - Parameter object: an object that does not exist.
    /// - Throws: `AWSError`, of the kind `.conditionsUnsupported` when the store refuses or ignores the condition.
    package func checkConditions(on object: ObjectReference) async throws(AWSError) {
        let headers: Headers = [
            "If-Match": "\"00000000000000000000000000000000\"", "Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA==",
        ]
        do {
            _ = try await send("PutObject", .put, object, headers: headers, within: deadline()) { response in
                originProblem(response, to: .put)
            }
        } catch {
            switch error.kind {
            case .preconditionFailed, .noSuchKey, .checksumMismatch: return
            default: throw explained(error, headers)
            }
        }
        throw AWSError(
            .conditionsUnsupported, operation: "PutObject", resource: "\(object)",
            message: "the store ignores the condition If-Match and has stored an empty object, which can be "
                + "deleted; \(Self.conditionAdvice)")
    }

    private static let conditionAdvice =
        "a store without conditional writes needs output.conditionalWrites false"

    private func put(
        _ bytes: [UInt8], to object: ObjectReference, headers: Headers, within deadline: OperationDeadline
    ) async throws(AWSError) -> PutReceipt {
        // The checksum of the request is that of the response, and any other digest is computed once, by the check of
        // each response.
        let crc32c = headers[Self.crc32cName]
        let checked = Locked(DigestCheck.absent)
        let response: Response
        do {
            response = try await send(
                "PutObject", .put, object, headers: headers, body: bytes, within: deadline
            ) { response in
                if let problem = originProblem(response, to: .put) { return problem }
                let found = check(bytes, crc32c: crc32c, in: object.bucket, against: response.headers)
                checked.withLock { $0 = found }
                guard case .contradicts(let text) = found else { return nil }
                return (.checksumMismatch, text)
            }
        } catch { throw explained(error, headers) }
        let head = ObjectHead(response.headers)
        let receipt = PutReceipt(
            eTag: head.eTag ?? "", versionID: head.versionID, requestID: head.requestID)
        let compared = checked.withLock { $0 }
        if compared != .fits {
            let isFound = try await verify(receipt, of: bytes.count, in: object, within: deadline)
            if isFound {
                if compared == .doubtful { traits.observeOtherETag() }
                traits.observeProof(by: response.headers)
            }
        }
        return receipt
    }

    /// Verifies by `HeadObject` that an upload is stored, whose response had neither the checksum nor the MD5 of the
    /// bytes. An object that may be written but not read is taken to be stored.
    ///
    /// - Returns: true when the object was found, false when it may not be read.
    /// - Throws: `AWSError`, of the kind `.malformedResponse` when the object is absent or has another size, and
    ///   `.preconditionFailed` when it has another ETag, because another upload replaced it.
    private func verify(
        _ receipt: PutReceipt, of size: Int, in object: ObjectReference, within deadline: OperationDeadline
    ) async throws(AWSError) -> Bool {
        let found: ObjectHead?
        do { found = try await head(object, within: deadline) } catch {
            switch error.kind {
            case .accessDenied: return false
            case .noSuchKey: found = nil
            default: throw error
            }
        }
        guard found?.eTag != receipt.eTag || found?.size ?? size != size else { return true }
        let isReplaced = found != nil && found?.eTag != receipt.eTag
        throw AWSError(
            isReplaced ? .preconditionFailed : .malformedResponse, operation: "PutObject",
            resource: "\(object)",
            message: found == nil
                ? "the upload was answered with success, but the object does not exist"
                : "the upload was answered with success, but the object has another ETag or size",
            requestID: receipt.requestID, attempts: 1)
    }

    /// Returns the error of an upload, with the kind `.conditionsUnsupported` when the upload had a condition and the
    /// error is one by which stores refuse conditions.
    private func explained(_ error: AWSError, _ headers: Headers) -> AWSError {
        guard let name = ["If-Match", "If-None-Match"].first(where: { headers[$0] != nil }),
            [405, 501].contains(error.status) || Self.refusals.contains(error.code ?? "")
        else { return error }
        var refused = adding("the upload had the condition \(name); \(Self.conditionAdvice)", to: error)
        refused.kind = .conditionsUnsupported
        return refused
    }

    /// The error codes by which stores refuse a request header that they do not support.
    private static let refusals: Set<String> = [
        "NotImplemented", "InvalidArgument", "InvalidRequest", "BadRequest", "InvalidHeader", "HTTP400",
        "UnsupportedHeader", "OperationNotSupported", "NotSupported",
    ]

    /// Returns true when the stored object has the ETag `eTag`, so that a condition with this ETag can have failed only
    /// because of its quotation marks.
    private func has(
        _ object: ObjectReference, _ eTag: String, within deadline: OperationDeadline
    ) async -> Bool {
        do {
            return try await head(object, within: deadline).eTag.map(ETag.unquoted) == ETag.unquoted(eTag)
        } catch { return false }
    }
}
