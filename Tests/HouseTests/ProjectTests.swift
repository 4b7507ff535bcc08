// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The project as someone meets it who has just cloned it.
struct ProjectTests {
    @Test func `the top level is exactly what it shall be`() throws {
        let allowed: Set = [
            "Package.swift", "Sources", "Tests", "deploy", "systemd", "config.example.json", "README.md",
        ]
        let found = try FileManager.default.contentsOfDirectory(atPath: House.root.path)
            .filter { !$0.hasPrefix(".") && $0 != "Package.resolved" }
        #expect(Set(found) == allowed)
    }

    @Test func `every setting is explained in the README`() throws {
        let example = try JSONSerialization.jsonObject(with: Data(House.text("config.example.json").utf8))
        let readme = try House.text("README.md")
        let paths = Self.leaves(example, "")
        #expect(paths.count > 5)
        for path in paths { #expect(readme.contains("| `\(path)` |"), "no row for \(path)") }
    }

    @Test func `every row of the settings table is a setting`() throws {
        let example = try JSONSerialization.jsonObject(with: Data(House.text("config.example.json").utf8))
        let paths = Set(Self.leaves(example, ""))
        let table = try House.chapter("## Settings")
        let rows = table.matches(of: /\n\| `([A-Za-z0-9.]+)` \|/).map { String($0.1) }
        #expect(Set(rows) == paths)
    }

    /// The dotted paths of a JSON value's members that are no objects, or empty ones.
    static func leaves(_ value: Any, _ path: String) -> [String] {
        guard let members = value as? [String: Any], !members.isEmpty else { return [path] }
        return members.flatMap { leaves($1, path.isEmpty ? $0 : "\(path).\($0)") }.sorted()
    }

    @Test func `the README shows every module`() throws {
        let readme = try House.text("README.md")
        for module in try House.modules() { #expect(readme.contains("`\(module)`"), "\(module)") }
    }

    @Test func `the README names exactly the packages that the scripts install`() throws {
        let listed = try House.text("deploy/packages.txt").split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        let chapter = try House.chapter("### Packages")
        let named = chapter.matches(of: /\n\| `([a-z0-9.+-]+)` \|/).map { String($0.1) }
        #expect(named.sorted() == listed.sorted())
        #expect(Set(listed).count == listed.count)

        // Package.swift tells those who build by hand; it may name nothing else.
        let providers = try House.text("Package.swift").matches(of: /\.apt\(\["([^"]+)"\]\)/).map {
            String($0.1)
        }
        #expect(Set(providers).isSubset(of: listed))
    }

    @Test func `scripts can be run, and read`() throws {
        let scripts =
            try House.files("deploy", [""]) + House.files("Tests", [""]) + House.files(".ci", [""])
        #expect(scripts.count >= 4)
        for script in scripts {
            let path = House.root.appending(path: script.path).path
            #expect(FileManager.default.isExecutableFile(atPath: path), "\(script) is not executable")
            let bash = Process()
            bash.executableURL = URL(filePath: "/bin/bash")
            bash.arguments = ["-n", path]
            try bash.run()
            bash.waitUntilExit()
            #expect(bash.terminationStatus == 0, "\(script) is no good shell script")
        }
    }

    @Test func `what the README tells to run is there`() throws {
        let readme = try House.text("README.md")
        let named = Set(
            readme.matches(of: /(?:deploy|Tests|systemd|\.ci|\.github)\/[A-Za-z0-9\/_.@-]*[A-Za-z0-9]/).map {
                String($0.0)
            })
        #expect(named.contains("deploy/local/up") && named.contains("Tests/run"))
        for path in named {
            #expect(FileManager.default.fileExists(atPath: House.root.appending(path: path).path), "\(path)")
        }
    }
}
