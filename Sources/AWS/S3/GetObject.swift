// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

extension S3Client {
    /// Reads an object as a whole (`GetObject`).
    ///
    /// - Parameters:
    ///   - maximumBytes: the maximum size of the object. A larger object is not read to its end.
    ///   - onNewConnection: true to read over a new connection, so that a second download is independent of the first.
    /// - Returns: the object. Its length is that of the response header, and its bytes fit the checksum or the MD5 in
    ///   the response when there is one.
    /// - Throws: `AWSError`, among others `.noSuchKey`, `.tooLarge`, `.archived`, `.checksumMismatch` and
    ///   `.malformedResponse` for a response that is not that of the store.
    package func get(
        _ object: ObjectReference, maximumBytes: Int, onNewConnection: Bool = false
    ) async throws(AWSError) -> S3Object {
        // The digest is computed once, by the check of each response.
        let checked = Locked(DigestCheck.absent)
        let response = try await send(
            "GetObject", .get, object, headers: ["x-amz-checksum-mode": "ENABLED"],
            responseBytes: max(maximumBytes, 1 << 16), onNewConnection: onNewConnection
        ) { response in
            let found = self.check(response.body, in: object.bucket, against: response.headers)
            checked.withLock { $0 = found }
            return downloadProblem(response, found)
        }
        guard response.body.count <= maximumBytes else {
            throw AWSError(
                .tooLarge, operation: "GetObject", resource: "\(object)", status: response.status,
                message: "the object has \(response.body.count) bytes, more than \(maximumBytes)",
                requestID: response.headers["x-amz-request-id"], attempts: 1, elapsed: response.elapsed)
        }
        let check = checked.withLock { $0 }
        return S3Object(
            head: ObjectHead(response.headers), bytes: response.body, isVerified: check == .fits,
            isDoubtful: check == .doubtful,
            hasKnownOrigin: check == .fits || traits.hasKnownOrigin(response.headers))
    }

    /// Reads the metadata of an object (`HeadObject`).
    ///
    /// - Throws: `AWSError`, of the kind `.noSuchKey` for a missing object and for a missing bucket, because the
    ///   response to HEAD has no body that distinguishes the two.
    package func head(_ object: ObjectReference) async throws(AWSError) -> ObjectHead {
        try await head(object, within: deadline())
    }

    func head(
        _ object: ObjectReference, within deadline: OperationDeadline
    ) async throws(AWSError) -> ObjectHead {
        let response = try await send("HeadObject", .head, object, within: deadline) { response in
            originProblem(response, to: .head)
        }
        return ObjectHead(response.headers)
    }
}
