// SPDX-License-Identifier: Apache-2.0

/// One object, in one version when `versionID` is given.
package struct ObjectReference: Sendable, Equatable, Hashable, CustomStringConvertible {
    package var bucket: String
    /// Decoded, as the object is called.
    package var key: String
    package var versionID: String?

    package init(bucket: String, key: String, versionID: String? = nil) {
        self.bucket = bucket
        self.key = key
        self.versionID = versionID
    }

    package var description: String {
        // Keys are made by others: no control character of theirs reaches a log line.
        let printable = String(
            String.UnicodeScalarView(
                key.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
        return "s3://\(bucket)/\(printable)\(versionID.map { "?versionId=\($0)" } ?? "")"
    }
}
