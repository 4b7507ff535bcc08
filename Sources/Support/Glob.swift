// SPDX-License-Identifier: Apache-2.0

/// A pattern of IAM policies: `*` matches any characters including slashes, and `?` matches exactly one character.
package struct Glob: Sendable, Equatable {
    private enum Token: Equatable {
        case any
        case one
        case scalar(Unicode.Scalar)
    }

    private var tokens: [Token]

    /// Reads a pattern. Every text is one.
    package init(_ pattern: some StringProtocol) {
        tokens = pattern.unicodeScalars.map { scalar in
            switch scalar {
            case "*": .any
            case "?": .one
            default: .scalar(scalar)
            }
        }
    }

    /// Makes the pattern of all texts that begin with `prefix` and end with `suffix`, in which no character is special.
    package init(prefix: some StringProtocol, suffix: some StringProtocol) {
        tokens =
            prefix.unicodeScalars.map { .scalar($0) } + [.any] + suffix.unicodeScalars.map { .scalar($0) }
    }

    private init(literal: some StringProtocol) { tokens = literal.unicodeScalars.map { .scalar($0) } }

    /// The characters before the first `*` or `?`.
    package var literalPrefix: String {
        var prefix = String.UnicodeScalarView()
        for token in tokens {
            guard case .scalar(let scalar) = token else { break }
            prefix.append(scalar)
        }
        return String(prefix)
    }

    /// Returns true when the pattern matches `text`.
    package func matches(_ text: some StringProtocol) -> Bool { covers(Glob(literal: text)) }

    /// Returns true when the pattern matches every text that `other` matches. It can be false nevertheless when the
    /// pattern has a `?`: `?*` does not cover `*a` here.
    ///
    /// The matching backtracks only to the last `*`, so that it takes at most as many steps as the product of both
    /// lengths.
    package func covers(_ other: Glob) -> Bool {
        let text = other.tokens
        var (k, p) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while k < text.count {
            if p < tokens.count, tokens[p] == .any {
                star = (p, k)
                p += 1
            } else if p < tokens.count, text[k] != .any, tokens[p] == .one || tokens[p] == text[k] {
                k += 1
                p += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                (k, p) = (last.text + 1, last.pattern + 1)
            } else {
                return false
            }
        }
        return tokens[p...].allSatisfy { $0 == .any }
    }

    /// Returns true when some text matches both patterns. It takes as many steps as the product of both lengths.
    package func overlaps(_ other: Glob) -> Bool {
        let (left, right) = (tokens, other.tokens)
        // `below[j]` and `row[j]`: whether the rests of both patterns from i + 1 or i, and from j on, match one text.
        var below = [Bool](repeating: false, count: right.count + 1)
        for i in stride(from: left.count, through: 0, by: -1) {
            var row = [Bool](repeating: false, count: right.count + 1)
            for j in stride(from: right.count, through: 0, by: -1) {
                let (a, b) = (i < left.count ? left[i] : nil, j < right.count ? right[j] : nil)
                if a == nil, b == nil {
                    row[j] = true
                } else if a == .any {
                    row[j] = below[j] || (b != nil && row[j + 1])
                } else if b == .any {
                    row[j] = row[j + 1] || (a != nil && below[j])
                } else if let a, let b {
                    row[j] = (a == .one || b == .one || a == b) && below[j + 1]
                }
            }
            below = row
        }
        return below[0]
    }
}
