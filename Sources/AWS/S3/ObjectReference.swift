// SPDX-License-Identifier: Apache-2.0

import Support

/// The reference to an object in a bucket: to the version `versionID`, or to the latest version when `versionID` is
/// nil.
package struct ObjectReference: Sendable, Equatable, Hashable, CustomStringConvertible {
    package var bucket: String
    /// The key of the object, not percent-encoded.
    package var key: String
    package var versionID: String?

    package init(bucket: String, key: String, versionID: String? = nil) {
        self.bucket = bucket
        self.key = key
        self.versionID = versionID
    }

    /// The reference as text, `s3://bucket/key` or `s3://bucket/key?versionId=id`, with control characters replaced by
    /// `?`.
    package var description: String {
        "s3://\(bucket)/\(key)\(versionID.map { "?versionId=\($0)" } ?? "")".withoutControlCharacters
    }
}
