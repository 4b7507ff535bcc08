// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The properties of an object in the headers of an S3 response. A property is nil when the response does not contain
/// it.
package struct ObjectHead: Sendable, Equatable {
    /// The ETag with its quotation marks, as in the header `If-Match`. S3 event notifications have the form of
    /// `ETag.unquoted`.
    package var eTag: String?
    /// The version id of the object; nil in a bucket without versioning.
    package var versionID: String?
    /// The size of the object in bytes.
    package var size: Int?
    package var contentType: String?
    /// The user-defined metadata, decoded, by lower-case name without `x-amz-meta-`.
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
