// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

extension S3Client {
    /// Reads the document of one property of a bucket, such as `GetBucketVersioning`.
    ///
    /// - Parameters:
    ///   - operation: the name of the operation in the AWS API reference.
    ///   - property: the name of the query parameter, such as `versioning`.
    ///   - root: the name of the root element of the response.
    /// - Throws: `AWSError`, of the kind `.malformedResponse` when the response has another root element.
    func document(
        _ operation: String, of bucket: String, _ property: String, root: String
    ) async throws(AWSError) -> XMLElement {
        // The response is parsed once, by the check of each attempt.
        let parsed = Locked<XMLElement?>(nil)
        _ = try await send(
            operation, .get, ObjectReference(bucket: bucket, key: ""), query: [URL.QueryItem(property, "")]
        ) { response in
            guard let document = XMLElement.parse(response.body), document.name == root else {
                return (.malformedResponse, "the response has no \(root)")
            }
            parsed.withLock { $0 = document }
            return nil
        }
        return parsed.withLock { $0 } ?? XMLElement(name: root, text: "", children: [])
    }
}
