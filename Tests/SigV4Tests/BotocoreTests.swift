// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `Signatures compared with botocore's` {
    @Test func `every stored case has the same canonical request, string to sign and signature`() throws {
        let cases = try BotocoreCase.decode(
            Data(contentsOf: BotocoreCase.folder.appending(path: "cases.jsonl")))
        #expect(cases.count == 60)
        for each in cases { try each.check() }
    }

    @Test(
        .enabled(
            if: Python.hasBotocore,
            "needs a python3 with botocore; PIXELATOR_PYTHON names the interpreter"))
    func `five thousand new random requests are signed alike`() throws {
        let seed = Int.random(in: 0..<1_000_000_000)
        let lines = try Python.run([
            BotocoreCase.folder.appending(path: "botocore_cases.py").path, "5000", String(seed),
        ])
        let cases = try BotocoreCase.decode(lines)
        #expect(cases.count == 5000)
        for each in cases {
            do { try each.check() } catch { Issue.record("seed \(seed): \(error)") }
        }
    }
}

enum Python {
    static let interpreter = ProcessInfo.processInfo.environment["PIXELATOR_PYTHON"] ?? "python3"

    static let hasBotocore = (try? run(["-c", "import botocore.auth"])) != nil

    struct Failure: Error {
        var status: Int32
    }

    static func run(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [interpreter] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
        return data
    }
}
