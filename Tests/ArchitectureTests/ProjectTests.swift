// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The project as someone meets it who has just cloned it.
struct ProjectTests {
    @Test func `the top level is exactly what it shall be`() throws {
        let allowed: Set = [
            "Package.swift", "Sources", "Tests", "deploy", "systemd", "config.example.json", "README.md",
        ]
        let found = try FileManager.default.contentsOfDirectory(atPath: Project.root.path)
            .filter { !$0.hasPrefix(".") && $0 != "Package.resolved" }
        #expect(Set(found) == allowed)
    }

    @Test func `the README shows every module`() throws {
        let readme = try Project.text("README.md")
        for module in try Project.modules() { #expect(readme.contains("`\(module)`"), "\(module)") }
    }

    @Test func `the README names exactly the packages that the scripts install`() throws {
        let listed = try Project.text("deploy/packages.txt").split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        let chapter = try Project.chapter("### Packages")
        let named = chapter.matches(of: /\n\| `([a-z0-9.+-]+)` \|/).map { String($0.1) }
        #expect(named.sorted() == listed.sorted())
        #expect(Set(listed).count == listed.count)

        // Package.swift tells those who build by hand; it may name nothing else.
        let providers = try Project.text("Package.swift").matches(of: /\.apt\(\["([^"]+)"\]\)/).map {
            String($0.1)
        }
        #expect(Set(providers).isSubset(of: listed))
    }

    @Test func `scripts can be run, and read`() throws {
        let scripts =
            try Project.files("deploy", [""]) + Project.files("Tests", [""]) + Project.files(".ci", [""])
        #expect(scripts.count >= 4)
        for script in scripts {
            let path = Project.root.appending(path: script.path).path
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
        let readme = try Project.text("README.md")
        let named = Set(
            readme.matches(of: /(?:deploy|Tests|systemd|\.ci|\.github)\/[A-Za-z0-9\/_.@-]*[A-Za-z0-9]/).map {
                String($0.0)
            })
        #expect(named.contains("deploy/local/up") && named.contains("Tests/run"))
        for path in named {
            #expect(
                FileManager.default.fileExists(atPath: Project.root.appending(path: path).path), "\(path)")
        }
    }
}
