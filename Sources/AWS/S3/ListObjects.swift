// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

extension S3Client {
    /// The maximum number of objects in one page of a listing (S3 API Reference, ListObjectsV2).
    package static let pageLimit = 1000

    /// Lists one page of the objects of a bucket in the order of the UTF-8 bytes of their keys (`ListObjectsV2`). The
    /// call needs the permission `s3:ListBucket`.
    ///
    /// The next page begins after the last key of a page, so that no continuation token has to be kept.
    ///
    /// - Parameters:
    ///   - bucket: the name of the bucket.
    ///   - prefix: the prefix of the listed keys; empty for all keys.
    ///   - after: the text after which the listed keys come in the order of their bytes; nil for the first page.
    ///   - limit: the maximum number of objects, 1...`pageLimit`.
    /// - Throws: `AWSError`, of the kind `.malformedResponse` when the response is not that of `ListObjectsV2`, or when
    ///   its keys are not in order or not within the request.
    package func list(
        _ bucket: String, prefix: String = "", after: String? = nil, limit: Int = S3Client.pageLimit
    ) async throws(AWSError) -> ObjectPage {
        precondition((1...Self.pageLimit).contains(limit), "limit is 1...1000")
        var query = [
            URL.QueryItem("list-type", "2"), URL.QueryItem("max-keys", "\(limit)"),
            // Keys can contain characters that XML cannot.
            URL.QueryItem("encoding-type", "url"),
        ]
        if !prefix.isEmpty { query.append(URL.QueryItem("prefix", prefix)) }
        if let after { query.append(URL.QueryItem("start-after", after)) }
        // The response is parsed once, by the check of each attempt.
        let page = Locked<ObjectPage?>(nil)
        _ = try await send(
            "ListObjectsV2", .get, ObjectReference(bucket: bucket, key: ""), query: query,
            responseBytes: Self.pageBytes
        ) { response in
            guard let parsed = ObjectPage(response.body) else {
                return (.malformedResponse, "the response is not a page of ListObjectsV2")
            }
            if let problem = parsed.problem(prefix: prefix, after: after) {
                return (.malformedResponse, problem)
            }
            page.withLock { $0 = parsed }
            return nil
        }
        return page.withLock { $0 } ?? ObjectPage(objects: [], isLast: true)
    }

    /// The maximum size of a response in bytes: 1000 objects, each with a key of 1024 bytes, of which each can become
    /// three bytes, and with less than 1 KiB of other elements.
    private static let pageBytes = 5 << 20
}
