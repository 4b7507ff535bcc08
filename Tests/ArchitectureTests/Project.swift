// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The files of the project, for the tests that check them.
enum Project {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    struct File: Sendable, CustomStringConvertible {
        /// The path from the root of the package, such as `Sources/Pixels/Grid.swift`.
        let path: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        var description: String { path }
        /// The file's name without its folder and its extension, such as `Grid`.
        var name: String { URL(filePath: path).deletingPathExtension().lastPathComponent }
        /// The text without comments that stand on lines of their own.
        var code: String {
            lines.filter { $0.firstMatch(of: /^\s*\/\//) == nil }.joined(separator: "\n")
        }
        /// The folder below Sources or Tests.
        var module: String { String(path.split(separator: "/").dropFirst().first ?? "") }
    }

    /// Every text file below a folder with one of the extensions; "" stands for scripts, which have none.
    static func files(_ folder: String, _ extensions: Set<String>) throws -> [File] {
        let start = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(atPath: start.path) else { return [] }
        var found: [File] = []
        for case let name as String in walk {
            let url = start.appending(path: name)
            guard extensions.contains(url.pathExtension), !name.contains("__pycache__"),
                url.lastPathComponent != "Containerfile",
                (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
            else { continue }
            guard let text = String(data: try Data(contentsOf: url), encoding: .utf8) else { continue }
            found.append(File(path: folder + "/" + name, text: text))
        }
        return found.sorted { $0.path < $1.path }
    }

    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: root.appending(path: path)), as: UTF8.self)
    }

    /// The text of a document below a heading, up to the next heading of the same or a higher level; "" without the
    /// heading. Headings inside fenced code do not count.
    static func chapter(_ heading: String, in document: String) throws -> String {
        let level = heading.prefix { $0 == "#" }.count
        let lines = try text(document).split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: heading[...]) else { return "" }
        var isCode = false
        let body = lines[(start + 1)...].prefix { line in
            if line.hasPrefix("```") { isCode.toggle() }
            let marks = line.prefix { $0 == "#" }.count
            return isCode || marks == 0 || marks > level
        }
        return "\n" + body.joined(separator: "\n")
    }

    /// Swift and C sources of the project.
    static func sources(_ folder: String = "Sources") throws -> [File] {
        try files(folder, ["swift", "c", "h"])
    }

    static func swift(_ folder: String) throws -> [File] {
        try files(folder, ["swift"])
    }

    /// The modules below Sources.
    static func modules() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Sources").path))
    }
}
