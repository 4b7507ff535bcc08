// SPDX-License-Identifier: Apache-2.0

/// The profiles of `~/.aws/config` and `~/.aws/credentials`, merged; the credentials file wins key by key.
///
/// The format is that of the AWS SDKs and Tools reference guide, "Shared config and credentials files".
package struct ProfileFile: Sendable, Equatable {
    /// Values by profile, then by lower-case key.
    private(set) var profiles: [String: [String: String]] = [:]

    /// Reads both files, from where the environment says, else from `~/.aws`. Absent files are empty.
    static func load(_ surroundings: Surroundings) -> ProfileFile {
        func text(_ variable: String, _ name: String) -> String {
            let path =
                surroundings.variable(variable).map(surroundings.expanded)
                ?? surroundings.homeDirectory.map { "\($0)/.aws/\(name)" }
            return path.flatMap { surroundings.read($0) } ?? ""
        }
        return ProfileFile(
            config: text("AWS_CONFIG_FILE", "config"),
            credentials: text("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
    }

    init(config: String, credentials: String) {
        parse(config, isConfig: true)
        parse(credentials, isConfig: false)
    }

    subscript(profile: String) -> [String: String]? { profiles[profile] }

    private mutating func parse(_ text: String, isConfig: Bool) {
        var profile: String?
        for line in text.split(whereSeparator: \.isNewline) {
            guard let first = line.first, first != "#", first != ";" else { continue }
            if first == "[" {
                profile = Self.profileName(line, isConfig: isConfig)
                if let profile { profiles[profile, default: [:]].merge([:]) { old, _ in old } }
                continue
            }
            // An indented line continues or nests the value above it: nothing that is used here.
            guard let profile, !first.isWhitespace, let equals = line.firstIndex(of: "=") else { continue }
            let key = Self.trimmed(line[..<equals]).lowercased()
            profiles[profile, default: [:]][key] = Self.value(line[equals...].dropFirst())
        }
    }

    /// `[profile x]` and `[default]` in the config file, `[x]` in the credentials file; nil for other
    /// sections.
    private static func profileName(_ line: Substring, isConfig: Bool) -> String? {
        guard let close = line.firstIndex(of: "]") else { return nil }
        let inside = trimmed(line[..<close].dropFirst())
        guard isConfig, inside != "default" else { return inside.isEmpty ? nil : String(inside) }
        guard inside.hasPrefix("profile"), inside.dropFirst(7).first?.isWhitespace == true else { return nil }
        let name = trimmed(inside.dropFirst(7))
        return name.isEmpty ? nil : String(name)
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
