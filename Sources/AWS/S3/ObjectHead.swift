// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The headers with which S3 describes an object. Nil values were not in the response.
package struct ObjectHead: Sendable, Equatable {
    /// The ETag with its quotation marks, as in `If-Match`; `ETag.unquoted` gives the spelling of events.
    package var eTag: String?
    /// The version id; nil in a bucket without versioning.
    package var versionID: String?
    /// The size in bytes.
    package var size: Int?
    package var contentType: String?
    /// The user metadata by lower-case name without `x-amz-meta-`, decoded.
    package var metadata: [String: String]
    package var requestID: String?

    package init(
        eTag: String? = nil, versionID: String? = nil, size: Int? = nil, contentType: String? = nil,
        metadata: [String: String] = [:], requestID: String? = nil
    ) {
        self.eTag = eTag
        self.versionID = versionID
        self.size = size
        self.contentType = contentType
        self.metadata = metadata
        self.requestID = requestID
    }

    init(_ headers: Headers) {
        eTag = headers["etag"]
        let version = headers["x-amz-version-id"]
        // The version id of objects that were stored without versioning.
        versionID = version == "null" ? nil : version
        size = headers["content-length"].flatMap(Int.init)
        contentType = headers["content-type"]
        metadata = [:]
        let prefix = "x-amz-meta-"
        for field in headers.fields {
            let name = field.name.lowercased()
            guard name.hasPrefix(prefix) else { continue }
            metadata[String(name.dropFirst(prefix.count))] = Metadata.decoded(field.value)
        }
        requestID = headers["x-amz-request-id"]
    }
}
