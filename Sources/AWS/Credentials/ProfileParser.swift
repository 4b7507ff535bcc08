// SPDX-License-Identifier: Apache-2.0

/// The parser of a shared config or credentials file into its sections.
///
/// The format is that of Python's `configparser`, with which botocore reads these files: `=` or `:` after the name of a
/// setting, values that continue on lines with more indentation, and a section or a setting that is repeated is an
/// error. In addition, a comment may follow a value after white space, as in other AWS SDKs.
struct ProfileParser {
    /// A section with its settings. The names of settings are in lower case.
    struct Section {
        /// The text between the brackets, without surrounding white space.
        var head: String
        var settings: [String: String] = [:]
    }

    /// A syntax error.
    struct Problem: Error {
        var text: String
    }

    private var sections: [Section] = []
    /// The line of each section and of each setting, for the errors about repeated ones.
    private var lines: [[String]: Int] = [:]
    private var section: Int?
    /// The name and the lines of the current setting; nil directly after the head of a section.
    private var setting: (name: String, lines: [String])?
    /// The indentation of the current setting.
    private var indent = 0

    /// Returns the sections of a file in their order. Settings of the section `[DEFAULT]`, which is not among them,
    /// apply to each section that does not have them itself.
    static func sections(of text: String) throws(Problem) -> [Section] {
        var parser = ProfileParser()
        // `Character.isNewline` includes further characters that end a line in Unicode but not in these files.
        let lines = text.split(omittingEmptySubsequences: false) { ["\n", "\r\n", "\r"].contains($0) }
        for (index, line) in lines.enumerated() { try parser.take(line, number: index + 1) }
        parser.endSetting()
        let common = parser.sections.first { $0.head == "DEFAULT" }?.settings ?? [:]
        return parser.sections.filter { $0.head != "DEFAULT" }.map { section in
            Section(head: section.head, settings: section.settings.merging(common) { own, _ in own })
        }
    }

    private mutating func take(_ whole: Substring, number: Int) throws(Problem) {
        let line = Self.trimmed(whole)
        guard let first = line.first, first != "#", first != ";" else { return }
        let ownIndent = whole.prefix { $0.isWhitespace }.count
        if setting != nil, ownIndent > indent {
            setting?.lines.append(String(line))
            return
        }
        endSetting()
        if first == "[" { return try beginSection(line, number) }
        guard let section else {
            throw Problem(text: "line \(number) is in no section, such as [default]")
        }
        let head = sections[section].head
        guard let delimiter = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
            throw Problem(text: "line \(number) is in section [\(head)] and has no =")
        }
        let name = Self.trimmed(line[..<delimiter]).lowercased()
        guard !name.isEmpty else { throw Problem(text: "line \(number) has no name before the =") }
        if let other = lines.updateValue(number, forKey: [head, name]) {
            throw Problem(text: "line \(number) repeats \(name) of line \(other) in section [\(head)]")
        }
        setting = (name, [String(Self.trimmed(line[delimiter...].dropFirst()))])
        indent = ownIndent
    }

    private mutating func beginSection(_ line: Substring, _ number: Int) throws(Problem) {
        guard let close = line.firstIndex(of: "]") else {
            throw Problem(text: "line \(number) begins a section and has no ]")
        }
        let head = String(Self.trimmed(line[..<close].dropFirst()))
        if head == "DEFAULT", let known = sections.firstIndex(where: { $0.head == head }) {
            section = known
            return
        }
        if let other = lines.updateValue(number, forKey: [head]) {
            throw Problem(text: "line \(number) repeats section [\(head)] of line \(other)")
        }
        section = sections.endIndex
        sections.append(Section(head: head))
    }

    /// Stores the current setting. Its lines are joined by line breaks, which no key can contain.
    private mutating func endSetting() {
        guard let setting, let section else { return }
        let isCommand = setting.name == "credential_process"
        let lines = isCommand ? setting.lines : setting.lines.map(Self.withoutComment)
        sections[section].settings[setting.name] = lines.joined(separator: "\n")
        self.setting = nil
    }

    /// Returns a line of a value without a comment that follows white space. A command has none, because `#` and `;`
    /// can be in its arguments.
    private static func withoutComment(_ text: String) -> String {
        var end = text.endIndex
        for index in text.indices where text[index] == "#" || text[index] == ";" {
            guard index > text.startIndex, text[text.index(before: index)].isWhitespace else { continue }
            end = index
            break
        }
        return String(trimmed(text[..<end]))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return text[first...last]
    }
}
