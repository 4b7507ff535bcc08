// SPDX-License-Identifier: Apache-2.0

import CLibZ

/// The reader of a gzip file, which returns its contents in pieces.
package final class GzipReader {
    /// An error of a gzip file.
    package enum Failure: String, Error, Sendable {
        /// The bytes are no gzip file, or a checksum or a length in it is wrong.
        case corrupt
        /// The file ends before its contents do.
        case truncated
        /// zlib has no memory.
        case outOfMemory
    }

    private let file: [UInt8]
    /// The number of bytes of the file that are read.
    private var offset = 0
    private var stream = z_stream()
    /// True between the end of a member and the start of the next one, or of the end of the file.
    private var isBetweenMembers = false

    /// Makes the reader of a file, which can have several members (RFC 1952, section 2.2).
    ///
    /// - Throws: `Failure.outOfMemory`.
    package init(_ file: [UInt8]) throws(Failure) {
        self.file = file
        // 15: the largest window; 16: a gzip header and trailer, not those of zlib.
        let status = unsafe inflateInit2_(
            &stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw .outOfMemory }
    }

    deinit { unsafe _ = inflateEnd(&stream) }

    /// Returns the next bytes of the contents, `limit` at most; an empty array at the end.
    ///
    /// - Throws: `Failure`.
    package func read(_ limit: Int) throws(Failure) -> [UInt8] {
        precondition(limit > 0, "a read has a byte or more")
        while true {
            if isBetweenMembers {
                guard offset < file.count else { return [] }
                unsafe _ = inflateReset(&stream)
                isBetweenMembers = false
            }
            let (piece, status) = inflate(limit)
            switch status {
            case Z_STREAM_END: isBetweenMembers = true
            case Z_OK: break
            // There is no progress without more input.
            case Z_BUF_ERROR: throw .truncated
            case Z_MEM_ERROR: throw .outOfMemory
            default: throw .corrupt
            }
            if !piece.isEmpty { return piece }
        }
    }

    /// Decompresses a piece, and returns it with the status of zlib.
    private func inflate(_ limit: Int) -> (piece: [UInt8], status: Int32) {
        var status = Z_OK
        let begin = offset
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: limit) { output, count in
            unsafe file.withUnsafeBufferPointer { input in
                let available = min(input.count - begin, Int(UInt32.max))
                unsafe stream.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress.map { unsafe $0 + begin })
                stream.avail_in = UInt32(available)
                unsafe stream.next_out = output.baseAddress
                stream.avail_out = UInt32(min(limit, Int(UInt32.max)))
                status = unsafe CLibZ.inflate(&stream, Z_NO_FLUSH)
                offset = begin + available - Int(stream.avail_in)
                count = limit - Int(stream.avail_out)
                // The pointers are not valid after this call.
                unsafe stream.next_in = nil
                unsafe stream.next_out = nil
            }
        }
        return (piece, status)
    }
}
