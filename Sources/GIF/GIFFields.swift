// SPDX-License-Identifier: Apache-2.0

/// A position in a GIF file, at which bytes, little-endian numbers and chains of data sub-blocks are read.
struct GIFFields {
    /// The offset of the next byte from the start of the file.
    var at: Int

    /// Returns the next byte; nil at the end of the file.
    mutating func byte(_ file: Span<UInt8>) -> UInt8? {
        guard at < file.count else { return nil }
        defer { at += 1 }
        return file[at]
    }

    /// Returns the next two bytes as a number; nil if the file ends before.
    mutating func word(_ file: Span<UInt8>) -> Int? {
        guard at + 2 <= file.count else { return nil }
        defer { at += 2 }
        return Int(file[at]) | Int(file[at + 1]) << 8
    }

    /// Returns the range of the next `count` bytes; nil if the file ends before.
    mutating func range(_ count: Int, _ file: Span<UInt8>) -> Range<Int>? {
        guard at + count <= file.count else { return nil }
        defer { at += count }
        return at..<at + count
    }

    /// Returns the range of the data of the next sub-block, empty for the terminator; nil if the file ends before.
    mutating func subBlock(_ file: Span<UInt8>) -> Range<Int>? {
        guard let count = byte(file) else { return nil }
        return range(Int(count), file)
    }

    /// Skips sub-blocks up to and including the terminator.
    ///
    /// - Returns: False when the file ends before.
    mutating func skipSubBlocks(_ file: Span<UInt8>) -> Bool {
        while let range = subBlock(file) {
            if range.isEmpty { return true }
        }
        return false
    }
}
