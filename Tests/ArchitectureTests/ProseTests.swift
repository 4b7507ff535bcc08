// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Rules about the language of comments and of test names, as far as a program can check them.
struct ProseTests {
    /// First words that make a fragment or a headless clause of a doc comment.
    private static let prepositions: Set = [
        "about", "above", "across", "after", "against", "among", "around", "as", "at", "before", "behind",
        "below",
        "beneath", "beside", "besides", "between", "beyond", "by", "during", "for", "from", "in", "inside",
        "instead",
        "into", "of", "off", "on", "onto", "out", "outside", "over", "per", "since", "through", "to",
        "toward",
        "towards", "under", "until", "up", "upon", "via", "with", "within", "without",
    ]
    private static let pronouns: Set = [
        "how", "however", "that", "what", "whatever", "when", "whenever", "where", "wherever", "whether",
        "which",
        "whichever", "while", "who", "whoever", "whom", "whose", "why",
    ]
    /// Further beginnings without a subject of their own.
    private static let others: Set = [
        "and", "anybody", "anyone", "anything", "because", "but", "else", "everybody", "everyone",
        "everything", "if", "it", "never", "nobody", "nor", "not", "nothing",
        "once",
        "or", "our", "ours", "so", "somebody", "someone", "something", "such", "them", "then", "these",
        "they", "this",
        "those",
        "us", "we",
    ]

    /// The first line of each doc comment with its line number.
    private static func openings(of file: Project.File) -> [(line: Int, text: Substring)] {
        var found: [(line: Int, text: Substring)] = []
        var isInside = false
        for (index, line) in file.lines.enumerated() {
            guard let comment = line.firstMatch(of: /^\s*\/\/\/ ?(.*)$/) else {
                isInside = false
                continue
            }
            // An empty first line does not hide the sentence below it.
            guard !isInside, !comment.1.isEmpty else { continue }
            found.append((index + 1, comment.1))
            isInside = true
        }
        return found
    }

    private static func firstWord(_ text: some StringProtocol) -> String {
        String(text.drop { "`*\"(".contains($0) }.prefix { $0.isLetter || $0 == "'" }).lowercased()
    }

    @Test func `a doc comment begins with a subject`() throws {
        let refused = Self.prepositions.union(Self.pronouns).union(Self.others)
        var count = 0
        for file in try Project.sources("Sources") + Project.sources("Tests") {
            for (line, text) in Self.openings(of: file) {
                count += 1
                // An identifier in backticks is a subject, even if it is called `in`.
                guard !text.hasPrefix("`") else { continue }
                let word = Self.firstWord(text)
                #expect(
                    !refused.contains(word), "\(file):\(line): the comment begins with '\(word)': \(text)")
            }
        }
        #expect(count > 1000)
    }

    @Test func `a doc comment is written with slashes`() throws {
        for file in try Project.swift("Sources") + Project.swift("Tests") {
            for (index, line) in file.lines.enumerated() where line.firstMatch(of: /^\s*\/\*/) != nil {
                Issue.record("\(file):\(index + 1): block comments escape the rules of the language")
            }
        }
    }

    @Test func `the private words of the first versions do not come back`() throws {
        // Each has a standard term in the glossary of .github/CONTRIBUTING.md.
        let refused =
            /\b(?:leash|purse|jury|farewell|hurry|hurried|hurrying|hopeless|misfortunes?|comes? again|g(?:ive|ives|ave|iven) back|passed over|witness(?:es)?|shelf|tales?|strangers?)\b/
            .ignoresCase()
        let texts =
            try Project.sources("Sources") + Project.sources("Tests")
            + Project.files("systemd", ["catalog", "service"])
            + Project.files("Sources", ["md"]) + Project.files("deploy", ["md", "py", "yaml", ""])
            + Project.files(".github", ["md", "yml"]) + [
                Project.File(path: "README.md", text: Project.text("README.md"))
            ]
        for file in texts where !file.path.hasSuffix("ProseTests.swift") {
            for (index, line) in file.lines.enumerated() {
                if let match = line.firstMatch(of: refused) {
                    Issue.record("\(file):\(index + 1): '\(match.0)'")
                }
            }
        }
    }

    @Test func `a test name has a subject and fits into a line of a log`() throws {
        // Auxiliaries and the like: a name that begins with one of them has lost its subject.
        let predicates: Set = [
            "am", "are", "be", "been", "can", "cannot", "could", "did", "do", "does", "had", "has", "have",
            "is", "may",
            "might", "must", "shall", "should", "stay", "stays", "was", "were", "will", "would",
        ]
        let refused = predicates.union(Self.prepositions).union(Self.pronouns).union(Self.others)
            .subtracting([
                "after", "at", "before", "during", "in", "on", "once", "with", "without", "while", "when",
                "if",
            ])
        let name = /func `([^`]+)`\(/
        var count = 0
        for file in try Project.swift("Tests") {
            for match in file.text.matches(of: name) {
                count += 1
                let word = Self.firstWord(match.1)
                #expect(!refused.contains(word), "\(file): '\(match.1)' begins with '\(word)'")
                #expect(match.1.count <= 100, "\(file): '\(match.1)' has \(match.1.count) characters")
            }
        }
        #expect(count > 500)
    }
}
