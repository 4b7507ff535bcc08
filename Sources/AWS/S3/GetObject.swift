// SPDX-License-Identifier: Apache-2.0

import HTTP

extension S3Client {
    /// Reads an object as a whole (`GetObject`).
    ///
    /// - Parameter maximumBytes: the maximum size of the object. A larger object is not read to its end.
    /// - Returns: the object, verified against its length and the checksum that S3 stores.
    /// - Throws: `AWSError`, among others `.noSuchKey`, `.tooLarge`, `.archived` and `.checksumMismatch`.
    package func get(
        _ object: ObjectReference, maximumBytes: Int
    ) async throws(AWSError) -> S3Object {
        let response = try await send(
            "GetObject", .get, object, headers: ["x-amz-checksum-mode": "ENABLED"],
            responseBytes: max(maximumBytes, 1 << 16), validate: Self.integrityProblem)
        guard response.body.count <= maximumBytes else {
            throw AWSError(
                .tooLarge, operation: "GetObject", resource: "\(object)", status: response.status,
                message: "the object has \(response.body.count) bytes, more than \(maximumBytes)",
                requestID: response.headers["x-amz-request-id"], attempts: 1, elapsed: response.elapsed)
        }
        return S3Object(head: ObjectHead(response.headers), bytes: response.body)
    }

    /// Reads the metadata of an object (`HeadObject`).
    ///
    /// - Throws: `AWSError`, of the kind `.noSuchKey` for a missing object and for a missing bucket, because the
    ///   response to HEAD has no body that distinguishes the two.
    package func head(_ object: ObjectReference) async throws(AWSError) -> ObjectHead {
        ObjectHead(try await send("HeadObject", .head, object).headers)
    }
}
