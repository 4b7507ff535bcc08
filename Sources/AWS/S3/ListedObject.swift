// SPDX-License-Identifier: Apache-2.0

/// An object in the listing of a bucket.
package struct ListedObject: Sendable, Equatable {
    /// The key of the object, decoded.
    package var key: String
    /// The ETag without quotation marks; nil when the listing has none.
    package var eTag: String?
    /// The size in bytes; nil when the listing has none.
    package var size: Int?
    /// The time of the last change in seconds since 1970-01-01T00:00:00Z; nil when the listing has none.
    package var modified: Double?

    package init(key: String, eTag: String? = nil, size: Int? = nil, modified: Double? = nil) {
        self.key = key
        self.eTag = eTag
        self.size = size
        self.modified = modified
    }
}
