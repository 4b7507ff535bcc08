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
            "GetObjectTagging", .get, object, query: [URL.QueryItem("tagging", "")]
        ) { response in
            Self.tagSet(response) == nil ? (.malformedResponse, "the response has no TagSet") : nil
        }
        var tags: [String: String] = [:]
        for tag in Self.tagSet(response)?.children ?? [] where tag.name == "Tag" {
            guard let name = tag["Key"]?.text else { continue }
            tags[name] = tag["Value"]?.text ?? ""
        }
        return tags
    }

    /// Returns the element `TagSet` of a response; nil when the response is not that of `GetObjectTagging`.
    private static func tagSet(_ response: Response) -> XMLElement? {
        guard response.status == 200, let root = XMLElement.parse(response.body), root.name == "Tagging"
        else {
            return nil
        }
        return root["TagSet"]
    }
}
