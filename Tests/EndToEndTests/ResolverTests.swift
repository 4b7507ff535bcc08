// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// A test with a name server that never answers.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct ResolverTests {
    @Test func `a name resolution that hangs does not delay the shutdown`() async throws {
        try await LocalCloud.run { cloud in
            let library = try hangingResolver(in: cloud.directory)
            try await cloud.request("purge")
            try await cloud.put("photos/HS.jpeg", path: try await cloud.paint(320, 240))
            var configuration = cloud.configuration
            configuration.set("aws", "endpoints", "s3", to: "http://store.hangs.invalid")
            // Only a cancellation can end the request within the time limit of `end`.
            for limit in ["connectSeconds", "attemptSeconds", "totalSeconds"] {
                configuration.set("aws", "timeouts", limit, to: 1000)
            }
            configuration.set("worker", "drainSeconds", to: 1)
            let pixelated = try await cloud.pixelated(
                configuration, environment: ["LD_PRELOAD": library.path])
            try await pixelated.log.line(containing: "the resolver hangs")
            pixelated.signal(SIGTERM)
            #expect(try await pixelated.end() == .exit(0))
            // The message has been released and not deleted.
            let counts = try await cloud.counts()
            #expect(counts.visible + counts.inFlight == 1)
        }
    }

    /// Compiles `hanging_resolver.c` with the clang of the Swift toolchain.
    private func hangingResolver(in directory: URL) throws -> URL {
        let library = directory.appending(path: "hanging_resolver.so")
        let clang = Process()
        clang.executableURL = URL(filePath: "/usr/bin/env")
        clang.arguments = [
            "clang", "-shared", "-fPIC", "-o", library.path,
            Project.root.appending(path: "Tests/EndToEndTests/Tools/hanging_resolver.c").path,
        ]
        try clang.run()
        clang.waitUntilExit()
        guard clang.terminationStatus == 0 else { throw TestError("clang failed") }
        return library
    }
}
