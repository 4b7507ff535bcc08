// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@testable import Curl

struct ResponseCollectorTests {
    private func collect(
        _ lines: [String], limit: Int = 100, method: Request.Method = .get
    ) throws -> ResponseCollector {
        var collector = ResponseCollector(limit: limit, method: method)
        for line in lines { try take(line, &collector) }
        return collector
    }

    private func take(_ line: String, _ collector: inout ResponseCollector) throws {
        let isTaken = Array((line + "\r\n").utf8).withUnsafeBytes { collector.takeHeader($0) }
        if !isTaken { throw try #require(collector.failure) }
    }

    @Test func `header fields keep their order, names and inner spaces`() throws {
        let collector = try collect(["HTTP/1.1 200 OK", "A:1", "B:  two  words \t", "a:", ""])
        #expect(collector.status == 200)
        #expect(collector.headers.fields.map { "\($0.name)=\($0.value)" } == ["A=1", "B=two  words", "a="])
    }

    @Test func `interim responses and trailer fields are ignored`() throws {
        let collector = try collect([
            "HTTP/1.1 100 Continue", "X-Interim: 1", "", "HTTP/1.1 204 No Content", "X: 1", "",
            "X-Trailer: 1", "",
        ])
        #expect(collector.status == 204)
        #expect(collector.headers.fields.map(\.name) == ["X"])
    }

    @Test(arguments: [["no colon"], ["A: 1", " folded"], ["\tfolded"]])
    func `a malformed header line is an error`(lines: [String]) {
        #expect(throws: ResponseCollector.Failure.malformed) { try collect(["HTTP/1.1 200 OK"] + lines) }
    }

    @Test func `a Content-Length above the limit is an error before the body arrives`() throws {
        let head = ["HTTP/1.1 200 OK", "Content-Length: 101", ""]
        #expect(throws: ResponseCollector.Failure.bodyTooLarge) { try collect(head) }
        _ = try collect(head, limit: 101)
        _ = try collect(head, method: .head)
        _ = try collect(["HTTP/1.1 304 Not Modified"] + head.dropFirst())
    }

    @Test func `a part that exceeds the limit of the body is an error and is not stored`() {
        var collector = ResponseCollector(limit: 4, method: .get)
        func take(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { collector.takeBody($0) } }
        #expect(take([1, 2, 3]) && collector.failure == nil)
        #expect(!take([0, 0]) && collector.failure == .bodyTooLarge)
        #expect(collector.body.count == 3)
        #expect(take([9]))
        #expect(collector.body.count == 4)
    }

    @Test(arguments: [1 << 20, 1_500_000, 3_000_000])
    func `a body without Content-Length takes no more memory than its limit`(limit: Int) throws {
        var collector = ResponseCollector(limit: limit, method: .get)
        try take("HTTP/1.1 200 OK", &collector)
        try take("", &collector)
        let part = [UInt8](repeating: 1, count: 16_384)
        while collector.body.count < limit {
            let count = min(part.count, limit - collector.body.count)
            #expect(part[..<count].withUnsafeBytes { collector.takeBody($0) })
            // malloc rounds sizes up to pages.
            #expect(collector.body.capacity <= limit + 8192)
        }
        #expect(collector.body.count == limit)
    }

    @Test func `header lines are limited in interim responses as well`() {
        for first in ["HTTP/1.1 200 OK", "HTTP/1.1 103 Early Hints"] {
            #expect(throws: ResponseCollector.Failure.headersTooLarge) {
                var collector = ResponseCollector(limit: 4, method: .get)
                try take(first, &collector)
                while true { try take("X: \(String(repeating: "x", count: 1000))", &collector) }
            }
        }
    }
}
