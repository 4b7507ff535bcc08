// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Support
import Testing

@testable import Systemd

struct LogRecordTests {
    private func record(_ message: String, _ metadata: Logger.Metadata) -> LogRecord {
        LogRecord(
            LogEvent(
                level: .info, message: "\(message)", metadata: metadata, source: "Worker",
                file: "Worker/Job.swift", function: "run()", line: 12), label: "worker", metadata: [:])
    }

    /// Returns the fields of a line of text, read as logfmt, and the message of the line.
    private func read(_ line: String) throws -> (message: String, fields: [String: String]) {
        let parsed = try #require(LogfmtLine(line), "\(line.debugDescription)")
        var fields = Dictionary(uniqueKeysWithValues: parsed.fields)
        let message =
            fields.removeValue(forKey: "message") ?? parsed.words.dropFirst(2).joined(separator: " ")
        return (message, fields)
    }

    @Test(arguments: [
        "a \\\" outcome=done s3_bucket=forged z=\"", "a\" outcome=done", "a\\", "\\", "\"", "", " ", "=",
        "a=b",
        "a\n2026-01-01T00:00:00.000Z info picture done outcome=done", "a\r\nb",
        "\u{1b}[2J\u{1b}]0;title\u{7}",
        "\u{9b}31m", "a\u{2028}b\u{2029}c", "\u{202e}gpj.exe\u{2066}\u{2069}\u{200f}\u{61c}",
        "a\u{85}b\u{a0}c",
        "ü.jpg", "  a=b", "a  b", "a ", "\u{fffd}", "\0", "a\tb", "e\u{301}", "\u{301}\u{301}",
    ])
    func `a logfmt reader gets exactly the fields, whatever an object key contains`(key: String) throws {
        let line = record(
            "s3://photos/\(key): nothing to do", ["s3_key": .string(key), "outcome": "skipped"]
        ).text
        let (message, fields) = try read(line)
        #expect(Array(fields["s3_key", default: "-"].utf8) == Array(key.utf8))
        #expect(fields.count == 2 && fields["outcome"] == "skipped")
        let isWords = !key.contains { "\"=\\".contains($0) }
        if !isWords { #expect(message == "s3://photos/\(key): nothing to do") }
    }

    @Test func `a logfmt reader gets the fields of records with random characters`() throws {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array(
            "\\\"\\\"== \n\r\t\u{1b}\u{7f}\u{9b}\u{2028}\u{202e}\u{2067}aaü{}u0022n".unicodeScalars)
        func text() -> String {
            let count = Int.random(in: 0...30, using: &random)
            return String(
                String.UnicodeScalarView(
                    (0..<count).map { _ in
                        Bool.random() ? alphabet.randomElement()! : Unicode.Scalar(UInt8.random(in: 0...255))
                    }))
        }
        for _ in 0..<3000 {
            let values = ["s3_key": text(), "s3_version_id": text(), "request_id": text()]
            let message = text()
            let line = record(message, values.mapValues { .string($0) }).text
            try #require(!line.utf8.contains(0x0a))
            let fields = try read(line).fields
            try #require(fields.mapValues { Array($0.utf8) } == values.mapValues { Array($0.utf8) })
        }
    }

    @Test func `each field and the whole line have a bound in every format`() throws {
        for unit in ["x", "\"", "\\", "\u{1b}", "\n", "ü", "😀", "\u{202e}", "\u{10ffff}"] {
            let long = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
            var metadata: Logger.Metadata = ["event": "\(long)", "request_id": .string(long)]
            for index in 10..<40 { metadata["s3_field_\(index)\(unit)"] = .string(long) }
            let record = record(long, metadata)
            #expect(record.text.utf8.count < 16_384)
            #expect(record.json.utf8.count < 16_384)
            let entry = JournalFields.entry(of: record, identifier: "pixelated", messageIDs: [:])
            #expect(entry.count < 49_152)
            for field in record.fields.dropLast() {
                #expect(
                    field.value.jsonString.utf8.count <= 2050 && field.value.hasSuffix("…"), "\(field.key)")
            }
            #expect(record.message.hasSuffix("…") && record.message.jsonString.utf8.count <= 4098)
            #expect((record.event ?? "").utf8.count <= 64)
            let omitted = try #require(record.fields.last)
            #expect(omitted.key == "fields_omitted" && omitted.value == "\(32 - record.fields.count)")
            #expect(try read(record.text).fields["fields_omitted"] == omitted.value)
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(record.json.utf8)) as? [String: Any])
            #expect(object["request_id"] as? String == record.fields[0].value)
        }
    }

    @Test func `a value is cut at a character, and one that fits is unchanged`() {
        let key = String(repeating: "ü", count: 512)
        #expect(LogRecord.Field("s3_key", .string(key)).value == key)
        let full = String(repeating: "a", count: 2048)
        #expect(LogRecord.Field("k", .string(full)).value == full)
        #expect(LogRecord.Field("k", .string(full + "a")).value == String(repeating: "a", count: 2045) + "…")
        let cut = LogRecord.Field("k", .string(String(repeating: "😀", count: 1000))).value
        #expect(cut == String(repeating: "😀", count: 511) + "…")
    }

    @Test(arguments: [
        ("bytes_in", "bytes_in"), ("a b", "a_b"), ("a=\"\\\n", "a____"), ("ü", "__"), ("", "_"),
    ])
    func `a field name has no character that separates fields`(key: String, name: String) {
        #expect(LogRecord.Field(key, "x").key == name)
    }
}
