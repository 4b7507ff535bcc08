// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The documents for users and contributors are short, and what they refer to exists.
struct DocumentTests {
    private static func documents() throws -> [Project.File] {
        let readme = Project.File(path: "README.md", text: try Project.text("README.md"))
        return try [readme] + Project.files("deploy/docs", ["md"]) + Project.files(".github", ["md"])
    }

    @Test func `the README has at most 170 lines of at most 120 columns`() throws {
        let readme = Project.File(path: "README.md", text: try Project.text("README.md"))
        // The text ends with a line break, after which no line follows.
        #expect(readme.lines.count - 1 <= 170)
        for (number, line) in readme.lines.enumerated() where !line.hasPrefix("|") {
            #expect(line.count <= 120, "README.md:\(number + 1)")
        }
    }

    @Test func `every relative link points at an existing file and heading`() throws {
        let documents = try Self.documents()
        #expect(documents.count > 6)
        for document in documents {
            let links = Self.links(document.text)
            for link in links where !link.contains("://") {
                #expect(try Self.exists(link, from: document.path), "\(document): \(link)")
            }
        }
    }

    @Test func `the README links every article and every document`() throws {
        let linked = Set(Self.links(try Project.text("README.md")))
        let articles = try Project.files("Sources", ["md"]).map(\.path)
            .filter { URL(filePath: $0).deletingPathExtension().lastPathComponent != Self.catalogName($0) }
        #expect(articles.count >= 4)
        let documents = try Project.files("deploy/docs", ["md"]).map(\.path)
        for path in articles + documents { #expect(linked.contains(path), "\(path)") }
    }

    @Test func `every path that a document names exists`() throws {
        let path = /(?:deploy|Tests|Sources|systemd|\.ci|\.github)\/[A-Za-z0-9\/_.@+-]*[A-Za-z0-9]/
        for document in try Self.documents() {
            let named = Set(document.text.matches(of: path).map { String($0.0) })
            if document.path == "README.md" {
                #expect(named.isSuperset(of: ["deploy/local/up", "Tests/run"]))
            }
            for path in named { #expect(Self.isFile(path), "\(document): \(path)") }
        }
    }

    @Test func `the changelog and the image have the version of the program`() throws {
        let version = try #require(
            try Project.text("Sources/pixelated/Pixelated.swift").firstMatch(of: /\nlet release = "(.+)"\n/)
        ).1
        #expect(try Project.text(".github/CHANGELOG.md").contains(version))
        #expect(try Project.text("deploy/Containerfile").contains("image.version=\"\(version)\""))
    }

    /// The targets of the links and pictures in a Markdown text, without those in code.
    private static func links(_ text: String) -> [String] {
        text.replacing(/```[\s\S]*?```|`[^`\n]*`/, with: "").matches(of: /\]\(([^)\s]+)\)/).map {
            String($0.1)
        }
    }

    /// The name of the documentation catalog that a file belongs to; its root article has the same name.
    private static func catalogName(_ path: String) -> String {
        URL(filePath: path).deletingLastPathComponent().deletingPathExtension().lastPathComponent
    }

    private static func exists(_ link: String, from document: String) throws -> Bool {
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        var path = document.split(separator: "/").dropLast().map(String.init)
        var above = 0
        for step in parts[0].split(separator: "/") where step != "." {
            if step != ".." { path.append(String(step)) } else if path.popLast() == nil { above += 1 }
        }
        let target = parts[0].isEmpty ? document : path.joined(separator: "/")
        // Two folders above the root, GitHub has the pages of the repository.
        if above == 2 { return isPage(path) }
        guard above == 0, isFile(target) else { return false }
        guard parts.count == 2 else { return true }
        let headings = try Project.text(target).matches(of: /\n#+ (.+)/).map { heading in
            heading.1.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" }
                .replacing(" ", with: "-")
        }
        return headings.contains(String(parts[1]))
    }

    private static func isPage(_ path: [String]) -> Bool {
        switch path.prefix(2) {
        case ["security", "advisories"]: path == ["security", "advisories", "new"]
        case ["actions", "workflows"]: path.count > 2 && isFile(".github/workflows/" + path[2])
        default: false
        }
    }

    private static func isFile(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: Project.root.appending(path: path).path)
    }
}
