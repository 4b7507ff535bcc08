// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Rules that hold in every source file.
struct SourceTests {
    @Test func `every file says its licence first`() throws {
        let sources = try Project.sources("Sources") + Project.sources("Tests")
        for file in sources {
            #expect(file.text.hasPrefix("// SPDX-License-Identifier: Apache-2.0\n"), "\(file)")
        }
        let scripts =
            try Project.files("deploy", ["", "sh", "py", "yaml"]) + Project.files("Tests", ["", "py", "sh"])
        for file in scripts {
            #expect(file.lines.prefix(2).contains("# SPDX-License-Identifier: Apache-2.0"), "\(file)")
        }
        #expect(sources.count > 20)
    }

    @Test func `sources import FoundationEssentials at most`() throws {
        let barred: Set = [
            "Foundation", "FoundationNetworking", "FoundationXML", "FoundationInternationalization",
        ]
        for file in try Project.swift("Sources") {
            #expect(LayerTests.imports(file).isDisjoint(with: barred), "\(file)")
        }
    }

    @Test(arguments: [
        ("try!", "may trap"), ("as!", "may trap"),
        ("fatalError(", "precondition is for programmer errors, and what else may happen is an error"),
        ("TODO", "nothing is left for later"), ("FIXME", "nothing is left for later"),
        ("XXX", "nothing is left for later"),
        ("print(", "what is said goes through the logger or the command line"),
        ("@testable", "package access reaches tests"), ("@preconcurrency", "Swift 6 mode has no exceptions"),
    ])
    func `sources do without`(text: String, reason: String) throws {
        for file in try Project.swift("Sources") {
            // The benchmarks print. The program prints by `StandardStreams.printLine`, which detects a full disk.
            if text == "print(", file.module.hasPrefix("pixelated-") { continue }
            for (number, line) in file.lines.enumerated() {
                let code = line.firstMatch(of: /^\s*\/\//) == nil || text.uppercased() == text
                let found = code && line.contains(text) && !line.contains("out of memory")
                #expect(!found || isPartOfWord(text, in: line), "\(file):\(number + 1): \(text): \(reason)")
            }
        }
    }

    /// True when each occurrence is only a part of a longer word, such as `pretty_print(` or `blueprint(`.
    private func isPartOfWord(_ text: String, in line: Substring) -> Bool {
        line.ranges(of: text).allSatisfy { range in
            guard range.lowerBound > line.startIndex else { return false }
            let before = line[line.index(before: range.lowerBound)]
            return before.isLetter || before == "_" || before == "."
        }
    }

    /// A descriptor that becomes close-on-exec later can be inherited by a child process of another thread.
    @Test func `descriptors are close-on-exec when they are created`() throws {
        let flagged = /\b(socket|socketpair|eventfd|epoll_create1|openat|memfd_create)\(|\bopen\(.*\bO_/
        let unflagged = /\b(pipe|dup|dup2|epoll_create|fopen)\(|\baccept\(.*nil/
        for file in try Project.swift("Sources") where !file.module.hasPrefix("pixelated-") {
            let code = file.lines.filter { $0.firstMatch(of: /^\s*\/\//) == nil && !$0.contains(" func ") }
            #expect(!code.contains { $0.firstMatch(of: unflagged) != nil }, "\(file)")
            let creates = code.contains { $0.firstMatch(of: flagged) != nil }
            #expect(!creates || file.text.contains("CLOEXEC"), "\(file)")
        }
    }

    @Test(arguments: ["@unchecked Sendable", "nonisolated(unsafe)"])
    func `an exception from the compiler's checks has a comment with because`(exception: String) throws {
        for file in try Project.swift("Sources") {
            let lines = file.lines
            for (number, line) in lines.enumerated() where line.contains(exception) && !line.contains("//") {
                let near = lines[max(0, number - 12)...number].joined(separator: " ").lowercased()
                #expect(near.contains("because"), "\(file):\(number + 1): \(exception) without its because")
            }
        }
    }

    /// The formatter keeps code within 110 columns; it leaves comments and long strings alone.
    @Test func `no line is longer than 120 columns`() throws {
        for file in try Project.swift("Sources") + [manifest()] {
            let long = file.lines.enumerated().filter { $1.count > 120 }.map { $0.offset + 1 }
            #expect(long.isEmpty, "\(file): lines \(long)")
        }
    }

    @Test func `files are short`() throws {
        let files = try Project.swift("Sources")
        let sizes = files.map(\.lines.count).sorted()
        #expect(sizes[sizes.count / 2] <= 200, "median")
        #expect(sizes.filter { $0 > 400 }.count <= files.count / 10)
        for file in files { #expect(file.lines.count <= 600, "\(file)") }
    }

    private func manifest() throws -> Project.File {
        Project.File(path: "Package.swift", text: try Project.text("Package.swift"))
    }
}
