// SPDX-License-Identifier: Apache-2.0

import CLibZ

/// The writer of gzip files for tests.
package enum GzipFile {
    /// Returns a gzip file of one member with these contents.
    package static func compressed(_ contents: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        let version = ZLIB_VERSION
        var status = deflateInit2_(
            &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, version,
            Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib has memory")
        defer { deflateEnd(&stream) }
        var input = contents
        return input.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: contents.count + 1000) { output, count in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                status = deflate(&stream, Z_FINISH)
                precondition(status == Z_STREAM_END, "the contents fit")
                count = Int(stream.total_out)
            }
        }
    }
}
