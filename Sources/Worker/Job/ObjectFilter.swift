// SPDX-License-Identifier: Apache-2.0

package import Support

/// Which objects are worked on at all, by their keys.
///
/// Patterns are those of IAM policies: `*` stands for any characters, slashes included, `?` for exactly one.
/// So `photos/*` is a prefix, `*.jpg` a suffix, and `photos/*.jpg` both. Case matters, as it does in keys.
package struct ObjectFilter: Sendable, Equatable {
    /// A key must match one of these; empty for every key.
    package var include: [String] = []
    /// Nor may it match one of these.
    package var exclude: [String] = []

    package init(include: [String] = [], exclude: [String] = []) {
        self.include = include
        self.exclude = exclude
    }

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
    /// Of a key in S3, and so of what is worth matching.
    private static let maximumBytes = 1024

    /// Goes back to the last `*` only: at most key times pattern steps, whatever the pattern.
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
