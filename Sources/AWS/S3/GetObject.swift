// SPDX-License-Identifier: Apache-2.0

import HTTP

extension S3Client {
    /// Reads an object as a whole.
    ///
    /// - Parameters:
    ///   - object: what to read.
    ///   - ifMatch: an ETag, with or without its quotation marks: anything else there is
    ///     `.preconditionFailed`.
    ///   - maximumBytes: a larger object is `.tooLarge`.
    /// - Returns: the object, checked against its length and the checksum that S3 keeps.
    /// - Throws: `AWSError`.
    package func get(
        _ object: ObjectReference, ifMatch: String? = nil, maximumBytes: Int
    ) async throws(AWSError) -> S3Object {
        var headers: Headers = ["x-amz-checksum-mode": "ENABLED"]
        headers["If-Match"] = ifMatch.map(Self.quoted)
        let response = try await send(
            "GetObject", .get, object, headers: headers, responseBytes: max(maximumBytes, 1 << 16),
            check: Self.integrityProblem)
        guard response.body.count <= maximumBytes else {
            throw AWSError(
                .tooLarge, operation: "GetObject", resource: "\(object)", status: response.status,
                message: "\(response.body.count) bytes, more than \(maximumBytes)",
                requestID: response.headers["x-amz-request-id"], attempts: 1, elapsed: response.elapsed)
        }
        return S3Object(head: ObjectHead(response.headers), bytes: response.body)
    }

    /// Reads what S3 says about an object, without its bytes.
    ///
    /// - Throws: `AWSError`; a missing object is `.noSuchKey`, and so is a missing bucket, as the answer to
    ///   HEAD has no body that would tell them apart.
    package func head(_ object: ObjectReference) async throws(AWSError) -> ObjectHead {
        ObjectHead(try await send("HeadObject", .head, object).headers)
    }

    /// An ETag in the form of `If-Match`; events carry it without quotation marks.
    static func quoted(_ eTag: String) -> String {
        eTag.hasPrefix("\"") || eTag.hasPrefix("W/") || eTag == "*" ? eTag : "\"\(eTag)\""
    }

    /// An ETag in the form of events.
    static func unquoted(_ eTag: String) -> String {
        eTag.utf8.count > 1 && eTag.hasPrefix("\"") && eTag.hasSuffix("\"")
            ? String(eTag.dropFirst().dropLast()) : eTag
    }
}
