// SPDX-License-Identifier: Apache-2.0

package import Support

/// The selection of sources by their keys. Messages about other objects are deleted.
///
/// Patterns are those of IAM policies: `*` matches any characters, slashes included, and `?` matches exactly one. So
/// `photos/*` selects a prefix, `*.jpg` a suffix, and `photos/*.jpg` both. Case matters, as it does in keys.
package struct ObjectFilter: Sendable, Equatable {
    /// The patterns of which a key must match at least one; empty to select every key.
    package var include: [String] = []
    /// The patterns of which a key must match none. They win over `include`.
    package var exclude: [String] = []

    package init(include: [String] = [], exclude: [String] = []) {
        self.include = include
        self.exclude = exclude
    }

    /// Returns true for the keys of sources.
    package func admits(_ key: String) -> Bool {
        guard !include.isEmpty || !exclude.isEmpty else { return true }
        let key = Array(key.unicodeScalars)
        func matches(_ pattern: String) -> Bool { Self.matches(key, Array(pattern.unicodeScalars)) }
        return (include.isEmpty || include.contains(where: matches)) && !exclude.contains(where: matches)
    }

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
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
    /// The length limit of a key in S3. A longer pattern can only match with `*`, and a shorter one does the same.
    private static let maximumBytes = 1024

    /// Matches with backtracking to the last `*` only, which takes at most key length times pattern length steps.
    private static func matches(_ key: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
        var (k, p) = (0, 0)
        var star: (pattern: Int, key: Int)?
        while k < key.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, k)
                p += 1
            } else if p < pattern.count, pattern[p] == "?" || pattern[p] == key[k] {
                k += 1
                p += 1
            } else if let last = star {
                star = (last.pattern, last.key + 1)
                (k, p) = (last.key + 1, last.pattern + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}
