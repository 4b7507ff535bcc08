// SPDX-License-Identifier: Apache-2.0

import Support

/// The name of an object: its latest version, or the one that `versionID` names.
package struct ObjectReference: Sendable, Equatable, Hashable, CustomStringConvertible {
    package var bucket: String
    /// The key, not percent-encoded.
    package var key: String
    package var versionID: String?

    package init(bucket: String, key: String, versionID: String? = nil) {
        self.bucket = bucket
        self.key = key
        self.versionID = versionID
    }

    /// `s3://bucket/key` or `s3://bucket/key?versionId=id`, with `?` in the place of control characters.
    package var description: String {
        "s3://\(bucket)/\(key)\(versionID.map { "?versionId=\($0)" } ?? "")".withoutControlCharacters
    }
}
