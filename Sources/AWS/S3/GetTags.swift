// SPDX-License-Identifier: Apache-2.0

import HTTP

extension S3Client {
    /// Reads the tags of an object (`GetObjectTagging`). The call needs the permission `s3:GetObjectTagging`, and for
    /// an object with a version id `s3:GetObjectVersionTagging`.
    ///
    /// - Returns: the values of the tags by their names.
    /// - Throws: `AWSError`.
    package func tags(of object: ObjectReference) async throws(AWSError) -> [String: String] {
        let response = try await send(
            "GetObjectTagging", .get, object, query: [URL.QueryItem("tagging", "")])
        guard let set = XMLElement.parse(response.body)?["TagSet"] else {
            throw AWSError(
                .malformedResponse, operation: "GetObjectTagging", resource: "\(object)",
                status: response.status,
                message: "the response has no TagSet", requestID: response.headers["x-amz-request-id"],
                attempts: 1, elapsed: response.elapsed)
        }
        var tags: [String: String] = [:]
        for tag in set.children where tag.name == "Tag" {
            guard let name = tag["Key"]?.text else { continue }
            tags[name] = tag["Value"]?.text ?? ""
        }
        return tags
    }
}
