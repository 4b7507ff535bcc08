// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where things are: the package, the daemon under test, the Python that runs the tests' cloud.
enum Project {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// `PIXELATOR_BINARY`, which Tests/run sets to the release build, or the one built beside these tests.
    static let pixelated: URL = {
        if let path = environment("PIXELATOR_BINARY") { return URL(filePath: path) }
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "."
        return URL(filePath: tests).deletingLastPathComponent().appending(path: "pixelated")
    }()

    /// Where Tests/run and deploy/local/up keep what they make.
    static let state: String = {
        let cache = environment("XDG_CACHE_HOME") ?? (environment("HOME") ?? "") + "/.cache"
        return environment("PIXELATOR_LOCAL_DIR") ?? cache + "/pixelated"
    }()

    /// The virtual environment that they make.
    static let python = URL(filePath: state + "/venv/bin/python")

    /// Nil when the end-to-end tests can run, else what is missing.
    static let missing: String? = {
        for file in [python, pixelated] where !FileManager.default.isExecutableFile(atPath: file.path) {
            return "\(file.path) is missing: Tests/run makes it"
        }
        return nil
    }()

    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// Why a test could not do what it wanted; the text is all that matters.
struct Trouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
