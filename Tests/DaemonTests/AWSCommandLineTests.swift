// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Testing

/// Tests of the quoting of the words of commands.
struct AWSCommandLineTests {
    @Test(arguments: [
        "", "plain", "s3://bucket/a b", #"{"a": "it's \"quoted\" $HOME `x` \\"}"#, "-n", "*?[]", "é",
        "a;b|c&d",
        "'", "''",
    ])
    func `a shell reads each quoted word as it was`(_ word: String) throws {
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", "printf %s. \(AWSCommandLine.quoted(word))"]
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        #expect(text == word + ".")
    }
}
