// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The repository is complete and its parts agree with each other.
struct ProjectTests {
    @Test func `the image and the Debian package are built with the same options`() throws {
        let options = "--product pixelated --disable-local-rpath -Xlinker -s"
        for path in ["deploy/Containerfile", "deploy/local/environment.sh"] {
            #expect(try Project.text(path).contains(options), "\(path)")
        }
    }

    /// SwiftPM writes Package.resolved before each build.
    @Test func `every Swift package that is fetched has its exact version in Package.swift`() throws {
        let resolved = try Project.text("Package.resolved")
        let pins = resolved.matches(of: /"identity" : "([^"]+)"(?s:.*?)"version" : "([^"]+)"/)
        let package = try Project.text("Package.swift")
        #expect(pins.count >= 3)
        for pin in pins {
            #expect(package.contains("/\(pin.1).git\", exact: \"\(pin.2)\")"), "\(pin.1) \(pin.2)")
        }
    }

    @Test func `the top level has exactly the agreed entries`() throws {
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

    @Test func `packages.md names exactly the packages that the scripts install`() throws {
        let listed = try Project.text("deploy/packages.txt").split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        let chapter = try Project.chapter("# Packages", in: "deploy/docs/packages.md")
        let named = chapter.matches(of: /\n\| `([a-z0-9.+-]+)` \|/).map { String($0.1) }
        #expect(named.sorted() == listed.sorted())
        #expect(Set(listed).count == listed.count)

        // SwiftPM suggests these packages to those who build by hand.
        let providers = try Project.text("Package.swift").matches(of: /\.apt\(\["([^"]+)"\]\)/).map {
            String($0.1)
        }
        #expect(Set(providers).isSubset(of: listed))
    }

    @Test func `every script with an interpreter line is executable`() throws {
        let folders = [".ci", "Sources", "Tests", "deploy"]
        let files = try folders.flatMap { try Project.files($0, ["", "py", "sh"]) }
        let scripts = files.filter { $0.text.hasPrefix("#!") }
        #expect(scripts.count >= 4)
        #expect(scripts.contains { $0.path.hasSuffix(".py") })
        for script in scripts {
            let path = Project.root.appending(path: script.path).path
            #expect(FileManager.default.isExecutableFile(atPath: path), "\(script) is not executable")
        }
    }

    @Test func `every script without an extension is executable and has the syntax of bash`() throws {
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
            #expect(bash.terminationStatus == 0, "\(script) has a syntax error")
        }
    }

    /// Package.resolved is not committed, so that nothing else fixes the versions.
    @Test func `every dependency has an exact version`() throws {
        let manifest = try Project.text("Package.swift")
        let all = manifest.matches(of: /\.package\(/)
        let exact = manifest.matches(of: /\.package\(url: "[^"]+", exact: "\d+\.\d+\.\d+"\)/)
        #expect(!all.isEmpty && all.count == exact.count)
    }

    @Test func `the workflow pins every action to a commit and runs every part of the checks`() throws {
        let workflows = try Project.files(".github/workflows", ["yml", "yaml"])
        for workflow in workflows {
            let uses = workflow.text.matches(of: /uses: *(.+)/).map { $0.1 }
            for action in uses {
                #expect(
                    action.wholeMatch(of: /[^@ ]+@[0-9a-f]{40} # v[0-9.]+/) != nil, "\(workflow): \(action)")
            }
        }
        let text = workflows.map(\.text).joined()
        let run = try Project.text(".ci/run").matches(of: /\n([a-z]+)\(\) \{/).map { String($0.1) }
        #expect(run.count > 3)
        for part in run + ["unit", "end-to-end"] {
            #expect(text.contains("part: \(part),") || text.contains(".ci/run \(part)\n"), "\(part)")
        }
    }

    @Test func `the unit of the audit has the sandbox and the credentials of the service`() throws {
        func lines(_ unit: String) throws -> Set<String> {
            let text = try Project.text("systemd/\(unit).service")
            return Set(text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") })
        }
        let (service, audit) = (try lines("pixelated"), try lines("pixelated-audit"))
        let ofService: Set = [
            "Type", "NotifyAccess", "ExecStart", "ExecReload", "Description", "Documentation",
            "TimeoutStartSec",
            "KillMode", "TimeoutStopSec", "WatchdogSec", "WatchdogSignal", "Restart", "RestartSec",
            "WantedBy",
            "RestartPreventExitStatus", "StartLimitIntervalSec", "StartLimitBurst", "MemoryHigh", "MemoryMax",
            "TasksMax", "OOMPolicy", "LogRateLimitIntervalSec", "LogRateLimitBurst", "SocketBindAllow",
            "OnFailure", "RuntimeDirectory",
        ]
        // An audit starts no decoders, and no program for a reload.
        let lacking = service.subtracting(audit).filter { line in
            !line.hasPrefix("[") && !ofService.contains(String(line.prefix { $0 != "=" }))
                && !line.hasPrefix("SystemCallFilter=setpriority") && !line.hasPrefix("ExecPaths=")
        }
        #expect(lacking.isEmpty, "\(lacking.sorted())")
        #expect(audit.contains("SystemCallFilter=setpriority"))
        let paths = audit.first { $0.hasPrefix("ExecPaths=") }
        #expect(service.contains { $0 == (paths ?? "") + " /usr/bin/kill" })
    }
}
