// SPDX-License-Identifier: Apache-2.0

/// The error text for an unknown setting, with the most similar known setting as a hint.
///
/// For a name with few typing errors, the most similar setting is the one with the smallest edit distance. For other
/// names, such as synonyms, it is the one whose path and help text have the most words in common with the name. Among
/// equals, a setting of the same section is preferred.
enum UnknownSetting {
    /// Returns the error text for the unknown setting `name`.
    ///
    /// - Parameter spelling: the function that returns the name of a known setting in the form of `name`: its path or
    ///   its environment variable.
    static func message(_ name: String, _ spelling: (Setting) -> String = { $0.path }) -> String {
        guard let nearest = nearest(to: name, spelling) else {
            return "unknown setting; the command `pixelated settings` lists all settings"
        }
        return "unknown setting; did you mean \(nearest)?"
    }

    private static func nearest(to name: String, _ spelling: (Setting) -> String) -> String? {
        let known = Setting.all.map {
            (setting: $0, name: spelling($0), distance: distance(spelling($0), name))
        }
        if let typo = known.min(by: { $0.distance < $1.distance }),
            typo.distance <= max(2, name.utf8.count / 8)
        {
            return typo.name
        }
        let words = words(of: name)
        let matches = known.map { candidate in
            let path = Self.words(of: candidate.setting.path)
            let common = commonWords(words.dropFirst(), candidate.setting)
            let isSameSection = path.first == words.first
            let isSameName = path.dropFirst().elementsEqual(words.dropFirst())
            return (
                name: candidate.name, rank: (common, isSameSection ? 1 : 0, -candidate.distance),
                isLikely: isSameName || common > (isSameSection ? 0 : 1)
            )
        }
        return matches.filter(\.isLikely).max { $0.rank < $1.rank }?.name
    }

    /// Returns how many of `words` are in the path of the setting or, for words of at least four characters, in its
    /// help text.
    private static func commonWords(_ words: some Sequence<String>, _ setting: Setting) -> Int {
        let path = Self.words(of: setting.path).dropFirst()
        let help = setting.help.split { !$0.isLetter }.map { $0.lowercased() }
        return words.count { word in
            path.contains { isSimilar(word, $0) }
                || (word.count >= 4 && help.contains { isSimilar(word, $0) })
        }
    }

    /// Returns true when two words are equal, when one is a prefix of the other with at least three characters, or when
    /// words of at least five characters differ by one typing error.
    private static func isSimilar(_ a: String, _ b: String) -> Bool {
        if a == b { return true }
        guard min(a.count, b.count) >= 3 else { return false }
        return a.hasPrefix(b) || b.hasPrefix(a) || (a.count >= 5 && distance(a, b) == 1)
    }

    /// Returns the words of a setting's path or environment variable in lower case: `queue`, `wait` and `seconds` for
    /// `queue.waitSeconds` and `PIXELATED_QUEUE_WAIT_SECONDS`.
    private static func words(of name: String) -> [String] {
        var words = [""]
        var isAfterLowercase = false
        for character in name {
            if character == "." || character == "_" {
                words.append("")
            } else {
                if character.isUppercase && isAfterLowercase { words.append("") }
                words[words.count - 1] += character.lowercased()
            }
            isAfterLowercase = character.isLowercase
        }
        return words.filter { !$0.isEmpty && $0 != "pixelated" }
    }

    /// Returns the Levenshtein distance of two texts: the minimum number of insertions, deletions and substitutions of
    /// bytes.
    private static func distance(_ a: String, _ b: String) -> Int {
        let right = Array(b.utf8)
        var row = Array(0...right.count)
        for (i, left) in a.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in right.indices {
                let substituted = diagonal + (left == right[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
            }
        }
        return row[right.count]
    }
}
