// SPDX-License-Identifier: Apache-2.0

/// The head of an HTTP request to `DataPlane`: what its responses depend on. Other headers are not stored.
struct DataPlaneRequest {
    enum Method { case get, head, put, post }

    var method: Method
    /// The path of the request target, without the query.
    var path: String
    /// The number of bytes of the body.
    var bodyBytes = 0
    /// True when the client sends the body after a response 100.
    var expectsContinue = false
    /// The SQS operation, such as `ReceiveMessage`; nil in requests to S3.
    var operation: String?
    /// The ETag of the header If-Match, in its quotation marks.
    var ifMatch: String?
    /// True for the header `If-None-Match: *`.
    var isForNewObject = false
    /// The header lines with the checksum and the user-defined metadata of an upload, which later responses repeat.
    var stored: [UInt8] = []

    /// Reads the head of a request.
    ///
    /// - Parameter bytes: The lines of the head without the empty line, each with its CR LF.
    /// - Returns: The request; nil if the head is malformed or uses a part of HTTP that no client of the benchmark
    ///   uses.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let lineEnd = bytes.firstIndex(of: 13) else { return nil }
        let parts = bytes[..<lineEnd].split(separator: UInt8(ascii: " "))
        guard parts.count == 3 else { return nil }
        switch parts[0].count {
        case 3: method = parts[0].first == UInt8(ascii: "G") ? .get : .put
        case 4: method = parts[0].first == UInt8(ascii: "H") ? .head : .post
        default: return nil
        }
        path = String(decoding: parts[1].prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
        var start = lineEnd + 2
        while start < bytes.count {
            guard let end = bytes[start...].firstIndex(of: 13) else { return nil }
            guard read(line: bytes[start..<end]) else { return nil }
            start = end + 2
        }
    }

    /// Stores what a header line says. Returns false for a header that the server does not support.
    private mutating func read(line: Slice<UnsafeRawBufferPointer>) -> Bool {
        // The first letter and the length of the name select the few names that matter, which are then compared.
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let name = line[..<colon]
        func isNamed(_ lowercase: StaticString) -> Bool {
            name.count == lowercase.utf8CodeUnitCount
                && name.elementsEqual(
                    UnsafeBufferPointer(start: lowercase.utf8Start, count: name.count),
                    by: { $0 | 0x20 == $1 }
                )
        }
        func text() -> String {
            String(decoding: line[(colon + 1)...].drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
        }
        switch name.first.map({ $0 | 0x20 }) {
        case UInt8(ascii: "c"):
            if isNamed("content-length") {
                guard let count = Int(text()), count >= 0 else { return false }
                bodyBytes = count
            }
        case UInt8(ascii: "e"):
            if isNamed("expect") { expectsContinue = true }
        case UInt8(ascii: "i"):
            if isNamed("if-match") { ifMatch = text() }
            if isNamed("if-none-match") { isForNewObject = text() == "*" }
        case UInt8(ascii: "t"):
            if isNamed("transfer-encoding") { return false }
        case UInt8(ascii: "x"):
            if isNamed("x-amz-target") {
                operation = text().split(separator: ".").last.map(String.init)
            } else if Self.isStored(name) {
                stored.append(contentsOf: line)
                stored.append(contentsOf: [13, 10])
            }
        default: break
        }
        return true
    }

    /// Returns true for `x-amz-meta-*`, `x-amz-checksum-*` and `content-type`.
    private static func isStored(_ name: Slice<UnsafeRawBufferPointer>) -> Bool {
        let lower = name.prefix(15).map { $0 | 0x20 }
        return lower.starts(with: "x-amz-meta-".utf8) || lower.elementsEqual("x-amz-checksum-".utf8)
    }
}
