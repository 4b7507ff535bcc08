// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The part of a response that has arrived, with limits for the sizes of its headers and its body.
struct ResponseCollector {
    enum Failure: Error, Equatable {
        /// The body or its Content-Length is larger than the limit.
        case bodyTooLarge
        /// The header lines have more than `headerLimit` bytes.
        case headersTooLarge
        /// A header line has no colon or begins with white space.
        case malformed
        /// There are several values of Content-Length, so that the end of the response is not known (RFC 9112, 6.3).
        case ambiguousLength
    }

    /// The maximum size of the header lines of all interim and final responses together, in bytes. AWS services send
    /// about 1 KiB, and the user-defined metadata of an S3 object has at most 2 KiB.
    static let headerLimit = 64 << 10

    private let limit: Int
    private let method: Request.Method
    private var headerBytes = 0
    private var isComplete = false

    /// The status code of the final response; nil before it has begun. Interim (1xx) responses are ignored.
    private(set) var status: Int?
    private(set) var headers = Headers()
    private(set) var body: [UInt8] = []
    /// The reason why a callback aborted the transfer, which libcurl reports as a write error; nil when no callback has
    /// aborted it.
    private(set) var failure: Failure?
    /// True when the connection must not be reused: the response is transient, so that the server that failed would
    /// receive the next request as well, or it has both Content-Length and Transfer-Encoding, so that its end is
    /// doubtful (RFC 9112, 6.3).
    private(set) var forbidsReuse = false

    /// Makes an empty response to a request with the method `method`.
    ///
    /// - Parameter limit: the maximum size of the body in bytes.
    init(limit: Int, method: Request.Method) {
        self.limit = limit
        self.method = method
    }

    /// The number of bytes received so far, including the headers.
    var received: Int { headerBytes + body.count }

    /// Adds one header line with its line end: the status line, a header field, or the empty line after the fields.
    ///
    /// - Returns: False when the response is refused, with the reason in `failure`.
    mutating func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        do {
            try readHeader(line)
            return true
        } catch {
            failure = error
            return false
        }
    }

    private mutating func readHeader(_ line: UnsafeRawBufferPointer) throws(Failure) {
        headerBytes += line.count
        guard headerBytes <= Self.headerLimit else { throw .headersTooLarge }
        // Trailer fields (RFC 9112, 7.1.2) must not be merged into the header fields (RFC 9110, 6.5.1).
        guard !isComplete else { return }
        let text = line.dropLast(while: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
        guard let status else { return beginResponse(text) }
        guard let first = text.first else { return try endHeaders(status) }
        guard first != UInt8(ascii: " "), first != UInt8(ascii: "\t"),
            let colon = text.firstIndex(of: UInt8(ascii: ":"))
        else { throw .malformed }
        headers.add(Self.trimmed(text[..<colon]), Self.trimmed(text[(colon + 1)...]))
    }

    /// Appends a part of the body.
    ///
    /// - Returns: False when the body exceeds its limit, with the reason in `failure`.
    mutating func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= limit - body.count else {
            failure = .bodyTooLarge
            return false
        }
        // Without Content-Length the memory doubles, but not beyond the limit, for which callers reserve memory.
        if body.capacity < body.count + bytes.count {
            body.reserveCapacity(min(limit, max(body.count + bytes.count, 2 * body.capacity)))
        }
        body.append(contentsOf: bytes)
        return true
    }

    /// Parses a status line, such as `HTTP/1.1 200 OK`. All lines of an interim (1xx) response are ignored.
    private mutating func beginResponse(_ text: Slice<UnsafeRawBufferPointer>) {
        guard text.starts(with: "HTTP/1.".utf8), let space = text.firstIndex(of: UInt8(ascii: " ")) else {
            return
        }
        let digits = text[(space + 1)...].prefix(3)
        guard let code = Int(String(decoding: digits, as: UTF8.self)), (200...599).contains(code) else {
            return
        }
        status = code
        forbidsReuse = StatusClass(code).isTransient
    }

    /// Checks the Content-Length after the last header line, and reserves memory for the body.
    private mutating func endHeaders(_ status: Int) throws(Failure) {
        isComplete = true
        let lengths = headers.values(of: "Content-Length").flatMap { $0.split { $0 == "," || $0 == " " } }
        guard lengths.allSatisfy({ $0 == lengths[0] }) else { throw .ambiguousLength }
        if !lengths.isEmpty, headers["Transfer-Encoding"] != nil { forbidsReuse = true }
        // Content-Length is not the length of the body in a response to HEAD and with these statuses (RFC 9110, 8.6).
        guard method != .head, status != 204, status != 304 else { return }
        guard let length = headers["Content-Length"].flatMap(Int.init) else { return }
        guard length <= limit else { throw .bodyTooLarge }
        body.reserveCapacity(length)
    }

    /// Returns `bytes` as text without spaces and tabs at its ends.
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
