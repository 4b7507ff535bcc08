// SPDX-License-Identifier: Apache-2.0

import Logging
import Testing

@testable import Systemd

struct JournalFieldsTests {
    private func record(_ message: Logger.Message, _ metadata: Logger.Metadata) -> LogRecord {
        LogRecord(
            LogEvent(
                level: .warning, message: message, metadata: metadata, source: "Worker",
                file: "Worker/Job.swift",
                function: "run()", line: 12), label: "worker", metadata: [:])
    }

    @Test func `an entry has the message id of its event and its metadata as fields`() {
        let fields = JournalFields.fields(
            of: record(
                "picture failed", ["event": "picture-failed", "s3_key": "a b.jpg", "error_code": "truncated"]),
            identifier: "pixelated", messageIDs: ["picture-failed": "0123456789abcdef0123456789abcdef"])
        for expected in [
            "MESSAGE=picture failed  error_code=truncated s3_key=\"a b.jpg\"", "PRIORITY=4",
            "SYSLOG_IDENTIFIER=pixelated", "LOGGER=worker", "CODE_FILE=Worker/Job.swift", "CODE_LINE=12",
            "CODE_FUNC=run()", "EVENT=picture-failed", "MESSAGE_ID=0123456789abcdef0123456789abcdef",
            "S3_KEY=a b.jpg", "ERROR_CODE=truncated",
        ] {
            #expect(fields.contains(expected))
        }
    }

    @Test(arguments: [
        ("s3_key", "S3_KEY"), ("ms-get", "MS_GET"), ("_trusted", "PIXELATED__TRUSTED"),
        ("2x", "PIXELATED_2X"), ("message", "PIXELATED_MESSAGE"), ("priority", "PIXELATED_PRIORITY"),
        ("", "PIXELATED_"),
    ])
    func `a field name is valid for the journal and not reserved`(key: String, name: String) {
        #expect(JournalFields.name(for: key) == name)
    }

    @Test func `an entry has the native protocol of the journal`() {
        let entry = JournalFields.entry(
            of: record("picture failed", ["s3_key": "a\nb=c.jpg", "width": "640"]), identifier: "pixelated",
            messageIDs: [:])
        let text = String(decoding: entry, as: UTF8.self)
        #expect(text.hasPrefix("MESSAGE=picture failed  s3_key=\"a\\nb=c.jpg\" width=640\nPRIORITY=4\n"))
        #expect(text.hasSuffix("\nS3_KEY\n\u{9}\0\0\0\0\0\0\0a\nb=c.jpg\nWIDTH=640\n"))
    }
}
