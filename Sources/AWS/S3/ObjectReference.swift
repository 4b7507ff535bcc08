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
        let text = "s3://\(bucket)/\(key)\(versionID.map { "?versionId=\($0)" } ?? "")"
        // All three are made by others: no control character of theirs reaches a log line.
        func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "?" : $0 }))
    }
}
