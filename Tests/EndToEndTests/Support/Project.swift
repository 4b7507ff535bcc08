// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The paths of the package, of the daemon under test, and of the Python interpreter for `Tools/cloud.py`.
enum Project {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The program under test: `PIXELATOR_BINARY`, which Tests/run sets to the release build, or the debug build.
    static let pixelated = environment("PIXELATOR_BINARY").map { URL(filePath: $0) } ?? built("pixelated")

    /// True when the program under test is a release build.
    static let hasReleaseBuild = environment("PIXELATOR_BINARY") != nil

    /// The service with decoders that misbehave, from `Tests/ScriptedDecoder`.
    static let scriptedService = built("ScriptedDecoder")

    /// The benchmark of pictures and of the service.
    static let benchmark = built("pixelated-bench")

    /// Returns an executable that was built with the tests.
    private static func built(_ name: String) -> URL {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "."
        return URL(filePath: tests).deletingLastPathComponent().appending(path: name)
    }

    /// The directory for files that Tests/run and deploy/local/up create.
    static let state: String = {
        let cache = environment("XDG_CACHE_HOME") ?? (environment("HOME") ?? "") + "/.cache"
        return environment("PIXELATOR_LOCAL_DIR") ?? cache + "/pixelated"
    }()

    /// The interpreter of the virtual environment that they create.
    static let python = URL(filePath: state + "/venv/bin/python")

    /// A message about a missing prerequisite of the end-to-end tests; nil when they can run.
    static let missingPrerequisite: String? = {
        for file in [python, pixelated] where !FileManager.default.isExecutableFile(atPath: file.path) {
            return "\(file.path) is missing; Tests/run creates it"
        }
        return nil
    }()

    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
