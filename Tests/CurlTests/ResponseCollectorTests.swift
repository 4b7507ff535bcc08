// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@testable import Curl

struct `Gathering a response` {
    private func collect(
        _ lines: [String], limit: Int = 100, method: Request.Method = .get
    ) throws -> ResponseCollector {
        var collector = ResponseCollector(limit: limit, method: method)
        for line in lines { try take(line, &collector) }
        return collector
    }

    private func take(_ line: String, _ collector: inout ResponseCollector) throws {
        try Array((line + "\r\n").utf8).withUnsafeBytes { try collector.takeHeader($0) }
    }

    @Test func `fields keep their order, names and inner spaces`() throws {
        let collector = try collect(["HTTP/1.1 200 OK", "A:1", "B:  two  words \t", "a:", ""])
        #expect(collector.status == 200)
        #expect(collector.headers.fields.map { "\($0.name)=\($0.value)" } == ["A=1", "B=two  words", "a="])
    }

    @Test func `interim responses and trailers leave no trace`() throws {
        let collector = try collect([
            "HTTP/1.1 100 Continue", "X-Interim: 1", "", "HTTP/1.1 204 No Content", "X: 1", "",
            "X-Trailer: 1", "",
        ])
        #expect(collector.status == 204)
        #expect(collector.headers.fields.map(\.name) == ["X"])
    }

    @Test(arguments: [["no colon"], ["A: 1", " folded"], ["\tfolded"]])
    func `a line that is no field is refused`(lines: [String]) {
        #expect(throws: ResponseCollector.Refusal.malformed) { try collect(["HTTP/1.1 200 OK"] + lines) }
    }

    @Test func `the announced length counts before the body comes`() throws {
        let announced = ["HTTP/1.1 200 OK", "Content-Length: 101", ""]
        #expect(throws: ResponseCollector.Refusal.bodyTooLarge) { try collect(announced) }
        _ = try collect(announced, limit: 101)
        _ = try collect(announced, method: .head)
        _ = try collect(["HTTP/1.1 304 Not Modified"] + announced.dropFirst())
    }

    @Test func `one byte more than the limit is refused, and not kept`() throws {
        var collector = ResponseCollector(limit: 4, method: .get)
        try [1, 2, 3].withUnsafeBytes { try collector.takeBody(UnsafeRawBufferPointer(rebasing: $0[..<3])) }
        #expect(throws: ResponseCollector.Refusal.bodyTooLarge) {
            try [UInt8](repeating: 0, count: 2).withUnsafeBytes { try collector.takeBody($0) }
        }
        #expect(collector.body.count == 3)
        try [UInt8(9)].withUnsafeBytes { try collector.takeBody($0) }
        #expect(collector.body.count == 4)
    }

    @Test func `endless headers end, also in interim responses`() {
        for first in ["HTTP/1.1 200 OK", "HTTP/1.1 103 Early Hints"] {
            #expect(throws: ResponseCollector.Refusal.headersTooLarge) {
                var collector = ResponseCollector(limit: 4, method: .get)
                try take(first, &collector)
                while true { try take("X: \(String(repeating: "x", count: 1000))", &collector) }
            }
        }
    }
}
