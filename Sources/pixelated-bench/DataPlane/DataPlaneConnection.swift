// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A connection of a client to `DataPlane`.
final class DataPlaneConnection {
    private let descriptor: Int32
    /// Received bytes; those before `start` have been read.
    private var received: [UInt8] = []
    private var start = 0
    /// Bytes that the socket has not accepted yet, and the number of them that were sent.
    private var unsent: [(bytes: [UInt8], sent: Int)] = []
    /// True after the response 100 to the request that is being received.
    private var hasContinued = false
    /// The long poll that the client waits for.
    var held: DataPlaneResponse?
    /// True after a request that is not understood.
    private(set) var isMalformed = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    var hasUnsent: Bool { !unsent.isEmpty }

    // MARK: Receiving

    /// Receives all bytes that are there. Returns false if the connection has ended.
    func receive() -> Bool {
        while true {
            let chunk = 256 << 10
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: chunk) { buffer, initialized in
                repeat {
                    count = recv(descriptor, buffer.baseAddress, chunk, 0)
                } while count < 0 && errno == EINTR
                initialized = max(0, count)
            }
            if count == 0 { return false }
            if count < 0 { return errno == EAGAIN }
            received.append(contentsOf: bytes)
            if count < chunk { return true }
        }
    }

    /// Returns the next request whose body is complete, and the offset of its body in the received bytes.
    func nextRequest() -> (DataPlaneRequest, bodyStart: Int)? {
        let length = received.count - start
        let head = received.withUnsafeBytes { Self.headLength($0[start...]) }
        guard let head else { return nil }
        let request = received.withUnsafeBytes {
            DataPlaneRequest(UnsafeRawBufferPointer(rebasing: $0[start..<start + head + 2]))
        }
        guard let request else {
            isMalformed = true
            return nil
        }
        let bodyStart = head + 4
        if length - bodyStart < request.bodyBytes {
            if request.expectsContinue, !hasContinued {
                hasContinued = true
                _ = send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), [])
            }
            return nil
        }
        hasContinued = false
        return (request, bodyStart)
    }

    /// Returns the number of bytes before the empty line that ends the head of a request; nil without an empty line.
    private static func headLength(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        var at = bytes.startIndex
        while let lineFeed = bytes[at...].firstIndex(of: 10) {
            if lineFeed + 2 < bytes.endIndex, bytes[lineFeed + 1] == 13, bytes[lineFeed + 2] == 10 {
                return lineFeed - 1 - bytes.startIndex
            }
            at = lineFeed + 1
        }
        return nil
    }

    /// Calls `body` with the body of a request that `nextRequest` has returned.
    func withBody<Result>(
        of request: DataPlaneRequest, from bodyStart: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        received.withUnsafeBytes {
            let first = start + bodyStart
            return body(UnsafeRawBufferPointer(rebasing: $0[first..<first + request.bodyBytes]))
        }
    }

    /// Removes bytes that have been read.
    func consume(_ count: Int) {
        start += count
        guard start == received.count else { return }
        received.removeAll(keepingCapacity: received.capacity < 4 << 20)
        start = 0
    }

    // MARK: Sending

    /// Sends a response. Returns false if the connection has ended.
    func send(_ head: [UInt8], _ body: [UInt8]) -> Bool {
        // One segment for a small response.
        if body.count < 4096 {
            unsent.append((head + body, 0))
        } else {
            unsent.append((head, 0))
            unsent.append((body, 0))
        }
        return sendRest()
    }

    /// Sends what the socket accepts. Returns false if the connection has ended.
    func sendRest() -> Bool {
        while let (bytes, sent) = unsent.first {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            if sent + count == bytes.count {
                unsent.removeFirst()
            } else {
                unsent[0].sent = sent + count
            }
        }
        return true
    }
}
