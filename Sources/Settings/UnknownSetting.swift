// SPDX-License-Identifier: Apache-2.0

import Support

/// The error text for an unknown setting, with the most similar known setting as a hint.
///
/// For a name with few typing errors, the most similar setting is the one with the smallest edit distance. A name
/// without its section stands for the first setting or section whose last component it is. For other names, such as
/// synonyms, the hint is the setting whose path and help text have the most words in common with the name; for a single
/// word, only if no other setting has the word. Among equals, a setting of the same section is preferred.
enum UnknownSetting {
    private static let list = "the command `pixelated config show` lists all settings"

    /// The paths of the objects of the configuration file, such as `aws` and `aws.timeouts`, the outer ones first.
    private static let sections: [String] = {
        let paths = Setting.all.map { $0.path.split(separator: ".") }
        var sections: [String] = []
        for depth in 1..<(paths.map(\.count).max() ?? 1) {
            for path in paths where path.count > depth {
                let section = path.prefix(depth).joined(separator: ".")
                if !sections.contains(section) { sections.append(section) }
            }
        }
        return sections
    }()

    /// Returns the error text for the unknown setting `name`, which is a path or, if `isVariable` is true, an
    /// environment variable. The hint is of the same form.
    static func message(_ name: String, isVariable: Bool = false) -> String {
        if !isVariable && sections.contains(name) { return "is a section and not a setting; \(list)" }
        guard let nearest = nearest(to: name, isVariable: isVariable) else {
            return "unknown setting; \(list)"
        }
        return "unknown setting; did you mean \(nearest)?"
    }

    private static func nearest(to name: String, isVariable: Bool) -> String? {
        let known = Setting.all.map { setting in
            let known = isVariable ? setting.environmentName : setting.path
            let distance = known.lowercased().editDistance(to: name.lowercased())
            return (setting: setting, name: known, distance: distance)
        }
        if let typo = known.min(by: { $0.distance < $1.distance }),
            typo.distance <= max(2, name.utf8.count / 8)
        {
            return typo.name
        }
        let words = words(of: name)
        guard let last = words.last else { return nil }
        if !isVariable && words.count == 1 && sections.contains(last) { return last }
        let same = known.first { isLastComponent(words, of: $0.setting) || last == $0.setting.path }
        if let same { return same.name }
        if words.count == 1 {
            if !isVariable, let section = section(like: last) { return section }
            let matches = known.filter { commonWords(words, $0.setting) > 0 }
            return matches.count == 1 ? matches[0].name : nil
        }
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

    /// Returns true when the last component of the setting's path, such as `waitSeconds`, consists of `words`.
    private static func isLastComponent(_ words: [String], of setting: Setting) -> Bool {
        Self.words(of: lastComponent(setting.path)) == words
    }

    /// Returns the section whose last component has the same first letter as `word` and differs from it by few typing
    /// errors, or begins like it.
    private static func section(like word: String) -> String? {
        let candidates = sections.map { (path: $0, name: lastComponent($0).lowercased()) }
            .filter { $0.name.first == word.first }
        let distances = candidates.map { (path: $0.path, distance: $0.name.editDistance(to: word)) }
        if let typo = distances.min(by: { $0.distance < $1.distance }),
            typo.distance <= max(1, word.count / 3)
        {
            return typo.path
        }
        return candidates.first { isSimilar($0.name, word) }?.path
    }

    private static func lastComponent(_ path: String) -> String {
        path.split(separator: ".").last.map(String.init) ?? path
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

    /// Returns true when two words are equal, when one of them has at least three characters and is a prefix of the
    /// other, or when both have at least five characters and differ by one typing error.
    private static func isSimilar(_ a: String, _ b: String) -> Bool {
        if a == b { return true }
        guard min(a.count, b.count) >= 3 else { return false }
        return a.hasPrefix(b) || b.hasPrefix(a) || (a.count >= 5 && a.editDistance(to: b) == 1)
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
}
