// SPDX-License-Identifier: Apache-2.0

import HTTP

/// Gathers what libcurl hands over of one response, and refuses what is beyond its limits.
struct ResponseCollector {
    enum Refusal: Error, Equatable {
        /// The body is, or says it is, larger than allowed.
        case bodyTooLarge
        /// More than `headerLimit` bytes of header lines.
        case headersTooLarge
        /// A line that is no header line.
        case malformed
    }

    /// All header lines of all interim and final responses together, in bytes. Services send about one KiB;
    /// user metadata of S3 adds at most two.
    static let headerLimit = 64 << 10

    private let limit: Int
    private let method: Request.Method
    private var headerBytes = 0
    private var isComplete = false

    /// The status once the final response has begun; interim (1xx) ones do not count.
    private(set) var status: Int?
    private(set) var headers = Headers()
    private(set) var body: [UInt8] = []

    /// The largest body allowed is `limit` bytes.
    init(limit: Int, method: Request.Method) {
        self.limit = limit
        self.method = method
    }

    /// Bytes received so far, headers included.
    var received: Int { headerBytes + body.count }

    /// Takes one header line with its line end: the status line, a field, or the empty line at the end.
    mutating func takeHeader(_ line: UnsafeRawBufferPointer) throws(Refusal) {
        headerBytes += line.count
        guard headerBytes <= Self.headerLimit else { throw .headersTooLarge }
        // Fields after the body (RFC 9112, 7.1.2) must not pass for fields that came before it.
        guard !isComplete else { return }
        let text = line.dropLast(while: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
        guard let status else { return beginResponse(text) }
        guard let first = text.first else { return try endHeaders(status) }
        guard first != UInt8(ascii: " "), first != UInt8(ascii: "\t"),
            let colon = text.firstIndex(of: UInt8(ascii: ":"))
        else { throw .malformed }
        headers.add(Self.trimmed(text[..<colon]), Self.trimmed(text[(colon + 1)...]))
    }

    mutating func takeBody(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
        guard bytes.count <= limit - body.count else { throw .bodyTooLarge }
        body.append(contentsOf: bytes)
    }

    /// `HTTP/1.1 200 OK`. Everything up to and including the empty line of an interim response is passed over.
    private mutating func beginResponse(_ text: Slice<UnsafeRawBufferPointer>) {
        guard text.starts(with: "HTTP/".utf8), let space = text.firstIndex(of: UInt8(ascii: " ")) else {
            return
        }
        let digits = text[(space + 1)...].prefix(3)
        guard let code = Int(String(decoding: digits, as: UTF8.self)), (200...599).contains(code) else {
            return
        }
        status = code
    }

    private mutating func endHeaders(_ status: Int) throws(Refusal) {
        isComplete = true
        // The length of an answer to HEAD, of 204 and of 304 is not the length of what follows (RFC 9110, 8.6).
        guard method != .head, status != 204, status != 304 else { return }
        guard let announced = headers["Content-Length"].flatMap(Int.init) else { return }
        guard announced <= limit else { throw .bodyTooLarge }
        body.reserveCapacity(announced)
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        let blank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return String(decoding: bytes.drop(while: blank).dropLast(while: blank), as: UTF8.self)
    }
}

extension BidirectionalCollection where SubSequence == Slice<UnsafeRawBufferPointer> {
    fileprivate func dropLast(while predicate: (Element) -> Bool) -> SubSequence {
        var end = endIndex
        while end > startIndex, predicate(self[index(before: end)]) { end = index(before: end) }
        return self[..<end]
    }
}
