// SPDX-License-Identifier: Apache-2.0

/// A position in a BMP file, at which the little-endian numbers of its header are read.
struct BMPFields {
    /// The offset of the next number in bytes from the start of the file.
    var at: Int

    mutating func byte(_ file: Span<UInt8>) throws(BMPError) -> UInt8 {
        guard file.indices.contains(at) else { throw BMPError(.truncated, "the file ends in its header") }
        defer { at += 1 }
        return file[at]
    }

    mutating func word(_ file: Span<UInt8>) throws(BMPError) -> UInt16 {
        UInt16(try byte(file)) | UInt16(try byte(file)) << 8
    }

    mutating func long(_ file: Span<UInt8>) throws(BMPError) -> UInt32 {
        UInt32(try word(file)) | UInt32(try word(file)) << 16
    }
}
