// SPDX-License-Identifier: Apache-2.0

/// The profiles of `~/.aws/config` and `~/.aws/credentials`, merged; the credentials file wins key by key.
///
/// The format is that of the AWS SDKs and Tools reference guide, "Shared config and credentials files".
package struct ProfileFile: Sendable, Equatable {
    /// Values by profile, then by lower-case key.
    private(set) var profiles: [String: [String: String]] = [:]

    /// The files that exist.
    private(set) var paths: [String] = []

    /// Reads both files, from where the environment says, else from `~/.aws`. Absent files are empty.
    ///
    /// - Throws: `AWSError` of the kind `.configuration` when a file is there and cannot be read, or a variable names
    ///   one with a `$`. It is not taken for an empty one: that would lead to another identity than the one it
    ///   configures.
    static func load(_ surroundings: HostEnvironment) throws(AWSError) -> ProfileFile {
        var file = ProfileFile()
        for isConfig in [true, false] {
            let variable = isConfig ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE"
            let named = surroundings.variable(variable).map(surroundings.expanded)
            // Other SDKs put a variable's value there. Here it would be a file that is absent, and so empty.
            if let named, named.contains("$") {
                throw Self.refusal(named, "\(variable) contains a $, which means nothing here")
            }
            let usual = surroundings.homeDirectory.map { "\($0)/.aws/\(isConfig ? "config" : "credentials")" }
            guard let path = named ?? usual else { continue }
            switch surroundings.contents(of: path, limit: 1 << 20) {
            case .success(let bytes): try file.parse(Self.text(bytes), of: path, isConfig: isConfig)
            case .failure(let problem) where problem.isAbsent || named == nil && problem.isOutOfSight: break
            case .failure(let problem): throw refusal(path, problem.text)
            }
        }
        return file
    }

    subscript(profile: String) -> [String: String]? { profiles[profile] }

    /// Without the byte order mark that some editors write. Bytes that are no UTF-8, as in a comment of an old
    /// editor, do not hide what is around them.
    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...], as: UTF8.self)
    }

    private mutating func parse(_ text: String, of path: String, isConfig: Bool) throws(AWSError) {
        paths.append(path)
        var isInSection = false
        var profile: String?
        // How far the setting above is indented; nil directly after the head of a section.
        var indent: Int?
        // Not all that Unicode calls the end of a line.
        let lines = text.split(omittingEmptySubsequences: false) { ["\n", "\r\n", "\r"].contains($0) }
        for (number, whole) in lines.enumerated() {
            let line = Self.trimmed(whole)
            guard let first = line.first, first != "#", first != ";" else { continue }
            // A line that is indented further continues or nests the value above it: nothing that is used here.
            let ownIndent = whole.prefix { $0.isWhitespace }.count
            if let indent, ownIndent > indent { continue }
            if first == "[" {
                guard line.contains("]") else {
                    throw Self.refusal(path, "line \(number + 1) begins a section and has no ]")
                }
                isInSection = true
                indent = nil
                profile = Self.profileName(line, isConfig: isConfig)
                if let profile { profiles[profile, default: [:]].merge([:]) { old, _ in old } }
                continue
            }
            guard isInSection else {
                throw Self.refusal(path, "line \(number + 1) is in no section, such as [default]")
            }
            indent = ownIndent
            guard let profile else { continue }
            guard let equals = line.firstIndex(of: "=") else {
                throw Self.refusal(path, "line \(number + 1) is in profile \(profile) and has no =")
            }
            let key = Self.trimmed(line[..<equals]).lowercased()
            profiles[profile, default: [:]][key] = Self.value(line[equals...].dropFirst())
        }
    }

    private static func refusal(_ path: String, _ message: String) -> AWSError {
        AWSError(.configuration, operation: "profiles", resource: path, message: message)
    }

    /// `[profile x]` and `[default]` in the config file, `[x]` in the credentials file; nil for other
    /// sections.
    private static func profileName(_ line: Substring, isConfig: Bool) -> String? {
        guard let close = line.firstIndex(of: "]") else { return nil }
        let inside = trimmed(line[..<close].dropFirst())
        let plain = unquoted(inside)
        guard isConfig, plain != "default" else { return plain.isEmpty ? nil : String(plain) }
        guard inside.hasPrefix("profile"), inside.dropFirst(7).first?.isWhitespace == true else { return nil }
        let name = unquoted(trimmed(inside.dropFirst(7)))
        return name.isEmpty ? nil : String(name)
    }

    /// Without one pair of quotes around it.
    private static func unquoted(_ name: Substring) -> Substring {
        guard let first = name.first, first == "\"" || first == "'", name.count > 1, name.last == first else {
            return name
        }
        return name.dropFirst().dropLast()
    }

    /// Without a comment that follows white space.
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
