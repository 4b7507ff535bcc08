// SPDX-License-Identifier: Apache-2.0

import Foundation
import Gzip
import Logging
import Scripted
import Tracing

@testable import Systemd

/// Gzip files, trace headers, and the entries of the journal.
enum StreamTargets {
    /// Inputs are the length of the pieces and a file.
    static let gzip = FuzzTarget(
        name: "gzip", summary: "gzip files, read in pieces of two lengths", longest: 4096,
        seeds: {
            let texts = ["", "a", String(repeating: "inventory,", count: 300)]
            let files = texts.map { GzipFile.compressed(Array($0.utf8)) }
            return (files + [files.flatMap(\.self)]).flatMap { file in [1, 200].map { [$0] + file } }
        },
        check: { input in
            guard let first = input.first else { return false }
            let file = Array(input.dropFirst())
            let pieces = try contents(file, Int(first) + 1)
            let whole = try contents(file, 1 << 12)
            // Bytes of a piece in which an error is found are lost.
            let common = min(pieces.bytes.count, whole.bytes.count)
            try require(
                pieces.bytes.prefix(common) == whole.bytes.prefix(common)
                    && (whole.failure != nil || pieces.bytes.count == whole.bytes.count),
                "other contents in pieces of \(Int(first) + 1) bytes")
            try require(
                pieces.failure == whole.failure, "\(pieces.failure as Any), not \(whole.failure as Any)")
            return true
        })

    /// Returns up to 64 KiB of the contents of a file, and the failure that ended them before.
    private static func contents(
        _ file: [UInt8], _ limit: Int
    ) throws -> (bytes: [UInt8], failure: GzipReader.Failure?) {
        var bytes: [UInt8] = []
        do throws(GzipReader.Failure) {
            let reader = try GzipReader(file)
            while bytes.count < 1 << 16 {
                let piece = try reader.read(limit)
                if piece.isEmpty { return (bytes, nil) }
                guard piece.count <= limit else { return ([], .corrupt) }
                bytes += piece
            }
            // The failure behind the end is not known.
            return (Array(bytes.prefix(1 << 16)), nil)
        } catch {
            return (bytes, error)
        }
    }

    static let traces = FuzzTarget(
        name: "traces", summary: "the headers traceparent and X-Amzn-Trace-Id", longest: 256,
        words: ["Root=1-", ";Parent=", ";Sampled=1", "00-", "-01", "Self=1-"],
        seeds: {
            [
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-what",
                "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            ].map { Array($0.utf8) }
        },
        check: { input in
            let text = String(decoding: input, as: UTF8.self)
            for context in [TraceContext(traceparent: text), TraceContext(awsHeader: text)].compactMap(\.self)
            {
                try require(context.traceID != 0 && context.spanID != 0, "an identifier is 0")
                try require(context.traceparent.utf8.count == 55, "the header \(context.traceparent)")
                try require(TraceContext(traceparent: context.traceparent) == context, "the context changes")
                try require(context.child().traceID == context.traceID, "a child in another trace")
            }
            return true
        })

    /// Inputs are texts: the message, and the names and values of the metadata.
    static let journal = FuzzTarget(
        name: "journal", summary: "entries of the journal, as text and as JSON", longest: 1024,
        words: [
            "event", "message", "MESSAGE", "code_file", "priority", "\n", "=", "\u{0}", "\u{2028}",
            "\u{202E}",
        ],
        seeds: {
            ["\u{5}hello\u{3}key\u{5}value\u{5}event\u{4}done", "\u{2}a\n\u{9}a=b\nc\0d\u{1}x", ""].map {
                Array($0.utf8)
            }
        },
        check: { input in
            var reader = InputReader(input)
            let message = reader.text()
            var metadata: Logger.Metadata = [:]
            while !reader.isAtEnd, metadata.count < 20 { metadata[reader.text()] = .string(reader.text()) }
            let event = LogEvent(
                level: .notice, message: "\(message)", metadata: metadata, source: "s", file: "f.swift",
                function: "g()",
                line: 1)
            let record = LogRecord(event, label: "fuzz", metadata: [:])
            let entry = JournalFields.entry(of: record, identifier: "pixelated", messageIDs: [:])
            let fields = try fields(of: entry)
            try require(fields.map(\.name).filter { $0 == "MESSAGE" }.count == 1, "a message twice")
            try require(
                fields[0].name == "MESSAGE" && fields[0].value == Array(record.messageAndFields.utf8),
                "message")
            for field in fields {
                try require(
                    (1...64).contains(field.name.utf8.count)
                        && field.name.wholeMatch(of: /[A-Z][A-Z0-9_]*/) != nil, "the field \(field.name)")
            }
            try require(
                fields.count == 7 + (record.event == nil ? 0 : 1) + record.fields.count,
                "\(fields.count) fields")
            for (field, written) in zip(record.fields, fields.suffix(record.fields.count)) {
                try require(written.value == Array(field.value.utf8), "the value of \(field.key) changes")
            }
            for line in [record.json, record.text] {
                try require(!line.utf8.contains(0x0A) && !line.utf8.contains(0), "a line break in \(line)")
            }
            let json = try JSONSerialization.jsonObject(with: Data(record.json.utf8))
            try require(json is [String: Any], "the JSON is no object")
            return true
        })

    /// Reads an entry in the native protocol of the journal (https://systemd.io/JOURNAL_NATIVE_PROTOCOL).
    private static func fields(of entry: [UInt8]) throws -> [(name: String, value: [UInt8])] {
        var rest = entry[...]
        var fields: [(name: String, value: [UInt8])] = []
        while let end = rest.firstIndex(where: { $0 == 0x0A || $0 == UInt8(ascii: "=") }) {
            let name = String(decoding: rest[..<end], as: UTF8.self)
            let isPlain = rest[end] == UInt8(ascii: "=")
            rest = rest[(end + 1)...]
            var count = rest.firstIndex(of: 0x0A).map { $0 - rest.startIndex } ?? rest.count
            if !isPlain {
                count = Int(rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
                rest = rest.dropFirst(8)
            }
            try require(count < rest.count, "a field that does not end")
            fields.append((name, Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
            try require(rest.popFirst() == 0x0A, "a field without a line break at its end")
        }
        try require(rest.isEmpty, "bytes behind the last field")
        return fields
    }
}
