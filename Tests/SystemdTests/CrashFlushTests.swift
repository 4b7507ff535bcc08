// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Logging
import Testing

@testable import Systemd

/// Each test crashes in a process of its own, whose standard output is a file of the test.
@Suite(.serialized)
struct CrashFlushTests {
    /// Logs a number of lines to the file, and ends the process by `signal`.
    private static func crash(_ signal: Int32) {
        CrashFlush.install()
        let descriptor = open(path(getppid()), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let output = LogOutput(format: .text, descriptor: descriptor)
        for number in 1...2000 { output.logger("worker").critical("line \(number)") }
        // A thread of the Swift runtime blocks SIGABRT, and abort(3) unblocks it.
        if signal == SIGABRT { abort() } else { raise(signal) }
    }

    /// The path of the file for a test process.
    private static func path(_ process: pid_t) -> String { "/tmp/pixelator-crash-\(process).log" }

    private func lines() throws -> [Substring] {
        defer { unlink(Self.path(getpid())) }
        let text = try String(contentsOfFile: Self.path(getpid()), encoding: .utf8)
        return text.split(separator: "\n")
    }

    @Test func `a process that aborts has written its log, and ends by the signal`() async throws {
        await #expect(processExitsWith: .signal(SIGABRT)) { CrashFlushTests.crash(SIGABRT) }
        let lines = try lines()
        #expect(lines.count == 2000 && lines.last?.hasSuffix("line 2000") == true)
    }

    @Test func `a process with a segmentation fault has written its log, and ends by the signal`()
        async throws
    {
        await #expect(processExitsWith: .signal(SIGSEGV)) { CrashFlushTests.crash(SIGSEGV) }
        #expect(try lines().count == 2000)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a crash of a process whose reader is stuck is delayed by half a second at most`() async {
        await #expect(processExitsWith: .signal(SIGABRT)) {
            CrashFlush.install()
            let pipe = Pipe()
            let output = LogOutput(format: .text, descriptor: pipe.fileHandleForWriting.fileDescriptor)
            for _ in 0..<8000 { output.logger("worker").critical("\(String(repeating: "x", count: 200))") }
            abort()
        }
    }
}
