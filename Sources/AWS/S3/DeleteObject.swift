// SPDX-License-Identifier: Apache-2.0

import HTTP

extension S3Client {
    /// Deletes an object (`DeleteObject`). In a bucket with versions, the version becomes a noncurrent one. The call
    /// needs the permission `s3:DeleteObject`. An object that does not exist is no error.
    ///
    /// - Throws: `AWSError`, of the kind `.malformedResponse` when the response is not that of the store.
    package func delete(_ object: ObjectReference) async throws(AWSError) {
        do {
            _ = try await send("DeleteObject", .delete, object) { response in deletionProblem(response) }
        } catch  where error.kind == .noSuchKey {
            // S3 answers 204 for a missing object; OpenStack Swift answers 404.
        }
    }

    /// Returns the problem of a response of status 200...299 to a deletion; nil for a response of the store. S3 answers
    /// with 204, without a body (S3 API Reference, DeleteObject).
    private func deletionProblem(_ response: Response) -> ResponseProblem? {
        guard response.status == 204, response.body.isEmpty else {
            return (
                .malformedResponse, "S3 does not answer a deletion with status \(response.status) and a body"
            )
        }
        return requestIDProblem(response, to: .delete)
    }
}
