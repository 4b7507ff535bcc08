// SPDX-License-Identifier: Apache-2.0

internal import AWS
package import Support

/// The selection of sources by their buckets and keys. Records of other buckets fail, and those of other keys are
/// skipped.
///
/// Patterns are those of IAM policies: `*` matches any characters including slashes, and `?` matches exactly one
/// character. For example, `photos/*` selects a prefix, `*.jpg` a suffix, and `photos/*.jpg` both. Patterns are
/// case-sensitive, as keys are.
package struct ObjectFilter: Sendable, Equatable {
    /// The names of the source buckets. A message can name any bucket, and a sender other than S3 can thus make the
    /// worker read each bucket that its permissions allow. An empty list admits every bucket.
    package var buckets: [String] = []
    /// The patterns of selected keys. A key must match at least one of them; an empty list selects every key.
    package var include: [String] = []
    /// The patterns of excluded keys. A key must match none of them. They have precedence over `include`.
    package var exclude: [String] = []

    package init(buckets: [String] = [], include: [String] = [], exclude: [String] = []) {
        self.buckets = buckets
        self.include = include
        self.exclude = exclude
    }

    /// Returns true when `bucket` is admitted as a source bucket.
    package func admits(bucket: String) -> Bool {
        buckets.isEmpty || buckets.contains { $0.utf8.elementsEqual(bucket.utf8) }
    }

    /// Returns true when the filter selects `key` as the key of a source.
    package func admits(_ key: String) -> Bool {
        guard !include.isEmpty || !exclude.isEmpty else { return true }
        func matches(_ pattern: String) -> Bool { Glob(pattern).matches(key) }
        return (include.isEmpty || include.contains(where: matches)) && !exclude.contains(where: matches)
    }

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        if buckets.count > Self.maximumPatterns {
            found.append(
                OptionProblem(
                    "buckets", expected: "at most \(Self.maximumPatterns) names", got: "\(buckets.count)"))
        }
        for (index, bucket) in buckets.enumerated() where !AccessPoint.isBucket(bucket) {
            found.append(
                OptionProblem(
                    "buckets[\(index)]", expected: AccessPoint.expected,
                    got: "\"\(bucket.prefix(80))\""))
        }
        for (field, patterns) in [("include", include), ("exclude", exclude)] {
            if patterns.count > Self.maximumPatterns {
                found.append(
                    OptionProblem(
                        field, expected: "at most \(Self.maximumPatterns) patterns", got: "\(patterns.count)")
                )
            }
            for (index, pattern) in patterns.enumerated()
            where !(1...Self.maximumBytes).contains(pattern.utf8.count) {
                found.append(
                    OptionProblem(
                        "\(field)[\(index)]", expected: "1...\(Self.maximumBytes) bytes",
                        got: "\(pattern.utf8.count) bytes"))
            }
        }
        return found
    }

    private static let maximumPatterns = 100
    /// The maximum length of a pattern in bytes, which is the maximum length of a key in S3.
    private static let maximumBytes = 1024
}
