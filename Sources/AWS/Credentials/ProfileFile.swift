// SPDX-License-Identifier: Apache-2.0

/// The profiles of `~/.aws/config` and `~/.aws/credentials`.
///
/// The format is that of the AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
struct ProfileFile: Sendable, Equatable {
    /// The profiles of one file: their settings by the name of the profile. The names of settings are in lower case.
    private struct File: Sendable, Equatable {
        var path: String
        var isConfig: Bool
        var profiles: [String: [String: String]]
    }

    /// The config file and the credentials file, in this order, without one that does not exist.
    private var files: [File] = []

    /// The paths of the config file and the credentials file, without the path of a file that does not exist.
    var paths: [String] { files.map(\.path) }

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
            case .success(let bytes): try file.add(Self.text(bytes), of: path, isConfig: isConfig)
            case .failure(let problem) where problem.isAbsent || named == nil && problem.isInaccessible: break
            case .failure(let problem): throw Self.problem(path, problem.text)
            }
        }
        return file
    }

    /// The settings of a profile in both files; nil when neither file contains the profile. A setting in the
    /// credentials file has precedence.
    subscript(profile: String) -> [String: String]? {
        let found = files.compactMap { $0.profiles[profile] }
        guard !found.isEmpty else { return nil }
        return found.reduce(into: [:]) { $0.merge($1) { _, new in new } }
    }

    /// The settings of a profile in the file that contains its `aws_access_key_id`.
    struct Keys {
        var settings: [String: String]
        var path: String
        /// True when the file is the config file.
        var isInConfig: Bool
    }

    /// Returns the keys of a profile; nil when neither file contains its `aws_access_key_id`. Secret and session token
    /// must be in the same file, since those in the other one can belong to another key. The credentials file has
    /// precedence.
    func keys(of profile: String) -> Keys? {
        for file in files.reversed() {
            guard let settings = file.profiles[profile], settings["aws_access_key_id"] != nil else {
                continue
            }
            return Keys(settings: settings, path: file.path, isInConfig: file.isConfig)
        }
        return nil
    }

    /// Returns the content of a file as text, without its byte order mark. Bytes that are not UTF-8, for example in a
    /// comment, are replaced.
    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...], as: UTF8.self)
    }

    private mutating func add(_ text: String, of path: String, isConfig: Bool) throws(AWSError) {
        let sections: [ProfileParser.Section]
        do { sections = try ProfileParser.sections(of: text) } catch {
            throw Self.problem(path, error.text)
        }
        var file = File(path: path, isConfig: isConfig, profiles: [:])
        for section in sections {
            guard let name = Self.profileName(section.head, isConfig: isConfig) else { continue }
            // Different heads can name one profile, such as [default] and [profile default]. The last one counts.
            file.profiles[name] = section.settings
        }
        files.append(file)
    }

    private static func problem(_ path: String, _ message: String) -> AWSError {
        AWSError(.configuration, operation: "profiles", resource: path, message: message)
    }

    /// Returns the name of the profile in the head of a section, `profile x` or `default` in the config file and `x` in
    /// the credentials file; nil for other sections.
    private static func profileName(_ head: String, isConfig: Bool) -> String? {
        let plain = unquoted(head[...])
        guard isConfig, plain != "default" else { return plain.isEmpty ? nil : String(plain) }
        guard head.hasPrefix("profile"), head.dropFirst(7).first?.isWhitespace == true else { return nil }
        let name = unquoted(head.dropFirst(7).drop { $0.isWhitespace })
        return name.isEmpty ? nil : String(name)
    }

    /// Returns `name` without one pair of surrounding quotation marks.
    private static func unquoted(_ name: Substring) -> Substring {
        guard let first = name.first, first == "\"" || first == "'", name.count > 1, name.last == first else {
            return name
        }
        return name.dropFirst().dropLast()
    }
}
