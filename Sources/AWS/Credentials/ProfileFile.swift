// SPDX-License-Identifier: Apache-2.0

/// The merged profiles of `~/.aws/config` and `~/.aws/credentials`. A setting in the credentials file has precedence.
///
/// The format is that of the AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
struct ProfileFile: Sendable, Equatable {
    /// The settings of each profile, by the name of the profile. The names of settings are in lower case.
    private(set) var profiles: [String: [String: String]] = [:]

    /// The paths of the config file and the credentials file, without the path of a file that does not exist.
    private(set) var paths: [String] = []

    /// Reads the files whose paths are in `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE`, or else those in
    /// `~/.aws`. Absent files count as empty.
    ///
    /// - Throws: `AWSError` of the kind `.configuration` when an existing file cannot be read or parsed, or when one of
    ///   these variables contains a `$`, because variables in paths are not expanded. If a configured file that cannot
    ///   be read counted as empty, another identity than the configured one could be used.
    static func load(_ host: HostEnvironment) throws(AWSError) -> ProfileFile {
        var file = ProfileFile()
        for isConfig in [true, false] {
            let variable = isConfig ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE"
            let named = host.variable(variable).map(host.expanded)
            // Some SDKs expand variables. Without expansion the file would be absent and count as empty.
            if let named, named.contains("$") {
                throw Self.problem(named, "\(variable) contains a $, but variables are not expanded")
            }
            let usual = host.homeDirectory.map { "\($0)/.aws/\(isConfig ? "config" : "credentials")" }
            guard let path = named ?? usual else { continue }
            switch host.contents(of: path, limit: 1 << 20) {
            case .success(let bytes): try file.parse(Self.text(bytes), of: path, isConfig: isConfig)
            case .failure(let problem) where problem.isAbsent || named == nil && problem.isInaccessible: break
            case .failure(let problem): throw Self.problem(path, problem.text)
            }
        }
        return file
    }

    /// The settings of a profile; nil when neither file contains the profile.
    subscript(profile: String) -> [String: String]? { profiles[profile] }

    /// Returns the content of a file as text, without its byte order mark. Bytes that are not UTF-8, for example in a
    /// comment, are replaced.
    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...], as: UTF8.self)
    }

    private mutating func parse(_ text: String, of path: String, isConfig: Bool) throws(AWSError) {
        paths.append(path)
        var isInSection = false
        var profile: String?
        // The indentation of the previous setting; nil directly after the head of a section.
        var indent: Int?
        // `Character.isNewline` includes further characters that end a line in Unicode but not in these files.
        let lines = text.split(omittingEmptySubsequences: false) { ["\n", "\r\n", "\r"].contains($0) }
        for (number, whole) in lines.enumerated() {
            let line = Self.trimmed(whole)
            guard let first = line.first, first != "#", first != ";" else { continue }
            // A line that is indented further continues the value above or nests another one. No such value is used.
            let ownIndent = whole.prefix { $0.isWhitespace }.count
            if let indent, ownIndent > indent { continue }
            if first == "[" {
                guard line.contains("]") else {
                    throw Self.problem(path, "line \(number + 1) begins a section and has no ]")
                }
                isInSection = true
                indent = nil
                profile = Self.profileName(line, isConfig: isConfig)
                if let profile { profiles[profile, default: [:]].merge([:]) { old, _ in old } }
                continue
            }
            guard isInSection else {
                throw Self.problem(path, "line \(number + 1) is in no section, such as [default]")
            }
            indent = ownIndent
            guard let profile else { continue }
            guard let equals = line.firstIndex(of: "=") else {
                throw Self.problem(path, "line \(number + 1) is in profile \(profile) and has no =")
            }
            let key = Self.trimmed(line[..<equals]).lowercased()
            profiles[profile, default: [:]][key] = Self.value(line[equals...].dropFirst())
        }
    }

    private static func problem(_ path: String, _ message: String) -> AWSError {
        AWSError(.configuration, operation: "profiles", resource: path, message: message)
    }

    /// Returns the name of the profile in a section header, `[profile x]` or `[default]` in the config file and `[x]`
    /// in the credentials file; nil for other sections.
    private static func profileName(_ line: Substring, isConfig: Bool) -> String? {
        guard let close = line.firstIndex(of: "]") else { return nil }
        let inside = trimmed(line[..<close].dropFirst())
        let plain = unquoted(inside)
        guard isConfig, plain != "default" else { return plain.isEmpty ? nil : String(plain) }
        guard inside.hasPrefix("profile"), inside.dropFirst(7).first?.isWhitespace == true else { return nil }
        let name = unquoted(trimmed(inside.dropFirst(7)))
        return name.isEmpty ? nil : String(name)
    }

    /// Returns `name` without one pair of surrounding quotation marks.
    private static func unquoted(_ name: Substring) -> Substring {
        guard let first = name.first, first == "\"" || first == "'", name.count > 1, name.last == first else {
            return name
        }
        return name.dropFirst().dropLast()
    }

    /// Returns the value of a setting without a comment that follows white space, and without surrounding white space.
    private static func value(_ text: Substring) -> String {
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
