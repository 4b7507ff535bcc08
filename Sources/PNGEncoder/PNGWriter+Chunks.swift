// SPDX-License-Identifier: Apache-2.0

import Digests

extension PNGWriter {
    /// Appends a chunk: its length, type, data and checksum (PNG, third edition, 5.3).
    static func append(_ type: String, _ data: some Collection<UInt8>, to file: inout [UInt8]) {
        let checked = Array(type.utf8) + data
        file += bigEndian(UInt32(data.count))
        file += checked
        file += bigEndian(CRC.crc32(checked))
    }

    /// Appends the chunks IDAT of a zlib stream.
    static func appendData(_ stream: borrowing BitWriter, to file: inout [UInt8]) {
        stream.withBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: dataChunkBytes) {
                append("IDAT", bytes[start..<min(bytes.count, start + dataChunkBytes)], to: &file)
            }
        }
    }

    /// Returns the content of the IHDR chunk (PNG, 11.2.1): no interlacing, and the only methods of compression and
    /// filtering.
    static func header(width: Int, height: Int, depth: Int, colorType: PNGRaster.ColorType) -> [UInt8] {
        bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [UInt8(depth), colorType.rawValue, 0, 0, 0]
    }
}

/// Returns the bytes of a number as they are in a file.
func bigEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) }
}
