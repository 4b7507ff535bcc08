// SPDX-License-Identifier: Apache-2.0

import HTTP

/// What S3 says about an object besides its bytes.
package struct ObjectHead: Sendable, Equatable {
    /// With its quotation marks, as it is sent in `If-Match`.
    package var eTag: String?
    package var versionID: String?
    /// In bytes.
    package var size: Int?
    package var contentType: String?
    /// User metadata by lower-case name, without `x-amz-meta-`.
    package var metadata: [String: String]
    package var requestID: String?

    init(_ headers: Headers) {
        eTag = headers["etag"]
        let version = headers["x-amz-version-id"]
        // What an unversioned bucket calls its only version.
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

/// An object: what S3 says about it, and its bytes.
package struct S3Object: Sendable {
    package var head: ObjectHead
    package var bytes: [UInt8]
}
