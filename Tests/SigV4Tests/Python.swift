// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The Python interpreter of `PIXELATOR_PYTHON`, or else `python3`.
enum Python {
    static let interpreter = ProcessInfo.processInfo.environment["PIXELATOR_PYTHON"] ?? "python3"

    static let hasBotocore = (try? run(["-c", "import botocore.auth"])) != nil

    struct Failure: Error {
        var status: Int32
    }

    /// Runs the interpreter and returns what it wrote to the standard output. Throws when it fails.
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
