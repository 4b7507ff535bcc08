// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Logging
import Testing

@testable import Systemd

@Suite("The output of loggers")
struct LogOutputTests {
    /// Returns the text that `body` writes with a logger of this format.
    private func written(_ format: LogFormat, level: Logger.Level = .info, _ body: (Logger) -> Void) throws
        -> String
    {
        let pipe = Pipe()
        let output = LogOutput(
            format: format, level: level, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        body(output.logger("worker"))
        #expect(output.flush(within: .seconds(60)))
        try pipe.fileHandleForWriting.close()
        return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }

    @Test func `a line of text has time, level, message and sorted fields`() throws {
        let line = try written(.text) {
            $0.info(
                "picture done", metadata: ["s3_key": "a b.jpg", "bytes_in": "1024", "event": "picture-done"])
        }
        #expect(line.hasSuffix("Z info     picture done  bytes_in=1024 s3_key=\"a b.jpg\"\n"))
        #expect(line.prefix(20).wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\./) != nil)
    }

    @Test func `a key with line breaks and escape sequences is escaped into one line`() throws {
        let line = try written(.text) {
            $0.info("picture done", metadata: ["s3_key": "a\n\u{1b}[31m\u{202e}x"])
        }
        #expect(line.hasSuffix("s3_key=\"a\\n\\u001b[31m\\u202ex\"\n"))
        #expect(line.filter { $0 == "\n" }.count == 1)
    }

    @Test func `a JSON line has integers as numbers and everything else as strings`() throws {
        let numbers: [String: Int] = [
            "width": 640, "height": 480, "rounds": 2, "in_flight": 0, "ms_get": 17, "bytes_in": 1 << 40,
            "sqs_receive_count": 3, "left": -1,
        ]
        let texts = [
            "s3_key": "123", "ms_put": "17", "bytes_out": "1024", "sizes": "[8, 16]", "tab": "\t\u{1}",
        ]
        let line = try written(.json) { logger in
            var metadata: Logger.Metadata = ["event": "picture-failed", "ratio": .stringConvertible(0.5)]
            for (key, number) in numbers { metadata[key] = .stringConvertible(number) }
            for (key, text) in texts { metadata[key] = .string(text) }
            metadata["done"] = .stringConvertible(UInt64.max)
            logger.error("picture \"failed\"", metadata: metadata)
        }
        #expect(line.filter { $0 == "\n" }.count == 1)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["level"] as? String == "error")
        #expect(object["event"] as? String == "picture-failed")
        #expect(object["message"] as? String == "picture \"failed\"")
        for (key, number) in numbers { #expect(object[key] as? Int == number, "\(key)") }
        for (key, text) in texts { #expect(object[key] as? String == text, "\(key)") }
        #expect(object["done"] as? UInt64 == .max)
        #expect(object["ratio"] as? String == "0.5")
    }

    @Test func `a field cannot replace time, level, event or message of a JSON line`() throws {
        let line = try written(.json) {
            $0.info("seen", metadata: ["time": "x", "level": "x", "message": "x"])
        }
        #expect(line.contains(#""level":"info","message":"seen"}"#))
    }

    @Test func `a changed level applies to loggers that exist already`() throws {
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
        #expect(output.flush(within: .seconds(60)))
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(text.hasSuffix("debug    seen\n") && !text.contains("unseen"))
    }

    @Test func `the stream of the journal is recognised by device and inode`() throws {
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
