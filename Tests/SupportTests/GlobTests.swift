// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

/// Tests of patterns with `*` and `?`, of texts and of each other.
struct GlobTests {
    @Test(arguments: [
        ("*", "", true), ("*", "a/b", true), ("a*c", "abbc", true), ("a*c", "abbd", false), ("?", "", false),
        ("?", "ab", false), ("a?c", "abc", true), ("*a*b*", "xaxxbx", true), ("*ab", "aab", true),
        ("", "a", false),
    ])
    func `a pattern matches whole texts`(_ pattern: String, _ text: String, _ expected: Bool) {
        #expect(Glob(pattern).matches(text) == expected)
    }

    @Test(arguments: [
        ("a*", "*b", true), ("a*", "b*", false), ("*a", "*b", false), ("a?", "?b", true), ("a?", "a", false),
        ("a*c", "ab*bc", true), ("photos/*", "*.png", true), ("a", "a*b*", false), ("*", "?", true),
        ("", "*", true),
    ])
    func `two patterns overlap when one text matches both`(_ a: String, _ b: String, _ expected: Bool) {
        #expect(Glob(a).overlaps(Glob(b)) == expected)
        #expect(Glob(b).overlaps(Glob(a)) == expected)
    }

    @Test(arguments: [
        ("*", "a*b", true), ("a*", "a*b", true), ("a*", "*", false), ("a?*", "a*", false),
        ("*?*", "*", false),
        ("a*b", "aa*bb", true), ("a?", "ab", true), ("ab", "a?", false), ("*.jpg", "photos/*.jpg", true),
    ])
    func `a pattern covers another when it matches all of its texts`(
        _ a: String, _ b: String, _ expected: Bool
    ) {
        #expect(Glob(a).covers(Glob(b)) == expected)
    }

    @Test func `relations of patterns are those of the texts that they match`() {
        let letters = ["a", "b"]
        var words = [""]
        for _ in 1...4 { words += words.flatMap { word in letters.map { word + $0 } } }
        let texts = Set(words)
        let symbols = ["a", "*", "?"]
        var patterns = [""]
        for _ in 1...3 { patterns += patterns.flatMap { word in symbols.map { word + $0 } } }
        for a in Set(patterns) {
            for b in Set(patterns) {
                let (left, right) = (texts.filter(Glob(a).matches), texts.filter(Glob(b).matches))
                #expect(Glob(a).overlaps(Glob(b)) == !left.isDisjoint(with: right), "\(a) \(b)")
                let covers = Glob(a).covers(Glob(b))
                #expect(!covers || right.isSubset(of: left), "\(a) covers \(b)")
                if !a.contains("?") { #expect(covers == right.isSubset(of: left), "\(a) covers \(b)") }
            }
        }
    }

    @Test func `a prefix and a suffix are no patterns`() {
        #expect(Glob(prefix: "a*", suffix: "?").matches("a*x?"))
        #expect(!Glob(prefix: "a*", suffix: "").matches("ab"))
        #expect(Glob("photos/a*b").literalPrefix == "photos/a")
    }
}
