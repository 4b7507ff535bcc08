// SPDX-License-Identifier: Apache-2.0

/// The parser of the location of objects in the form `s3://bucket/prefix`, in which the ARN of an access point can
/// stand in the place of the bucket.
package enum S3Location {
    /// Returns the bucket and the prefix, or the key, of a location; nil when the text is none.
    package static func parse(_ text: String) -> (bucket: String, prefix: String)? {
        guard text.hasPrefix("s3://") else { return nil }
        let rest = text.dropFirst(5)
        // The ARN of an access point can contain the slash before its name.
        let isNamedBySlash = rest.hasPrefix("arn:") && rest.prefix { $0 != "/" }.hasSuffix(":accesspoint")
        let parts = rest.split(
            separator: "/", maxSplits: isNamedBySlash ? 2 : 1, omittingEmptySubsequences: false)
        let count = isNamedBySlash ? 2 : 1
        guard parts.count >= count else { return nil }
        let bucket = parts[..<count].joined(separator: "/")
        guard AccessPoint.isBucket(bucket) else { return nil }
        return (bucket, parts.count > count ? String(parts[count]) : "")
    }
}
