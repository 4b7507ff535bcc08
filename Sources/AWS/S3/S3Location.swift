// SPDX-License-Identifier: Apache-2.0

/// The parser of the location of objects in the form `s3://bucket/prefix`.
package enum S3Location {
    /// Returns the bucket and the prefix, or the key, of a location; nil when the text is none.
    package static func parse(_ text: String) -> (bucket: String, prefix: String)? {
        guard text.hasPrefix("s3://") else { return nil }
        let parts = text.dropFirst(5).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = parts.first, (3...63).contains(bucket.utf8.count) else { return nil }
        return (String(bucket), parts.count > 1 ? String(parts[1]) : "")
    }
}
