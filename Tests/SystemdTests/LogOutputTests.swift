// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Logging
import Testing

@testable import Systemd

struct LogOutputTests {
    /// What `body` makes a logger of this format write.
    private func written(_ format: LogFormat, level: Logger.Level = .info, _ body: (Logger) -> Void) throws
        -> String
    {
        let pipe = Pipe()
        let output = LogOutput(
            format: format, level: level, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        body(output.logger("worker"))
        try pipe.fileHandleForWriting.close()
        return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }

    @Test func `a line of text shows time, level, message and sorted fields`() throws {
        let line = try written(.text) {
            $0.info(
                "picture done", metadata: ["s3_key": "a b.jpg", "bytes_in": "1024", "event": "picture-done"])
        }
        #expect(line.hasSuffix("Z info     picture done  bytes_in=1024 s3_key=\"a b.jpg\"\n"))
        #expect(line.prefix(20).wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\./) != nil)
    }

    @Test func `a key with line breaks and escape codes stays one harmless line`() throws {
        let line = try written(.text) {
            $0.info("picture done", metadata: ["s3_key": "a\n\u{1b}[31m\u{202e}x"])
        }
        #expect(line.hasSuffix("s3_key=\"a\\n\\u{1b}[31m\\u{202e}x\"\n"))
        #expect(line.filter { $0 == "\n" }.count == 1)
    }

    @Test func `JSON lines parse and keep the types of counts and keys apart`() throws {
        let line = try written(.json) {
            $0.error(
                "picture \"failed\"",
                metadata: [
                    "s3_key": "123", "ms_get": "17", "ms_put": "007", "event": "picture-failed",
                    "tab": "\t\u{1}",
                ])
        }
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["level"] as? String == "error")
        #expect(object["event"] as? String == "picture-failed")
        #expect(object["message"] as? String == "picture \"failed\"")
        #expect(object["s3_key"] as? String == "123")
        #expect(object["ms_get"] as? Int == 17)
        #expect(object["ms_put"] as? String == "007")
        #expect(object["tab"] as? String == "\t\u{1}")
    }

    @Test func `a changed level reaches loggers that exist already`() throws {
        let pipe = Pipe()
        let output = LogOutput(
            format: .text, level: .error, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let logger = output.logger("worker")
        logger.info("unseen")
        output.level = .debug
        logger.debug("seen")
        var own = logger
        own.logLevel = .critical
        own.error("unseen too")
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(text.hasSuffix("debug    seen\n") && !text.contains("unseen"))
    }

    @Test func `a reader that went away costs the line and nothing else`() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        LogOutput(format: .text, descriptor: pipe.fileHandleForWriting.fileDescriptor).logger("x").error(
            "lost")
    }

    @Test func `the stream of the journal is known by device and inode`() throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        var status = stat()
        #expect(fstat(descriptor, &status) == 0)
        let own = "\(status.st_dev):\(status.st_ino)"
        #expect(LogFormat.automatic.resolved(journalStream: own, descriptor: descriptor) == .journal)
        for other in ["\(status.st_dev):\(status.st_ino &+ 1)", "", "8", "x:y", nil] {
            #expect(LogFormat.automatic.resolved(journalStream: other, descriptor: descriptor) == .text)
        }
        #expect(LogFormat.json.resolved(journalStream: own, descriptor: descriptor) == .json)
    }
}
