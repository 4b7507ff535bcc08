// SPDX-License-Identifier: Apache-2.0

import TIFF

/// A plane that is not compressed. Its rows are where the strips or tiles begin, whatever their lengths are in the
/// directory, as in Pillow.
final class PlainPlane: TIFFPlane {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let header: TIFFHeader
    private let plane: Int
    /// The number of bytes of a row without those of the last tile that are right of the picture.
    private let usedBytes: Int
    /// A row of tiles, or one whose bits are in the reverse order; empty if rows are used where they are.
    private let buffer: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ header: TIFFHeader, plane: Int) {
        self.bytes = bytes
        self.header = header
        self.plane = plane
        let segments = header.segments
        let bits = header.samples.bits * (segments.planes > 1 ? 1 : header.samples.count)
        usedBytes = (header.storedWidth * bits + 7) / 8
        let isCopied = segments.across > 1 || header.isBitReversed
        buffer = .allocate(capacity: isCopied ? segments.rowBytes * segments.across : 0)
    }

    deinit { buffer.deallocate() }

    func row(_ row: Int) throws(TIFFError) -> UnsafePointer<UInt8>? {
        let segments = header.segments
        let first = plane * segments.perPlane + row / segments.height * segments.across
        let inside = row % segments.height * segments.rowBytes
        for column in 0..<segments.across {
            let start = segments.range(first + column, bytes.span).lowerBound + inside
            let count = min(segments.rowBytes, usedBytes - column * segments.rowBytes)
            guard start + count <= bytes.count else { return nil }
            let source = UnsafeBufferPointer(rebasing: bytes[start..<start + count])
            guard !buffer.isEmpty else { return source.baseAddress }
            let target = UnsafeMutableBufferPointer(rebasing: buffer[(column * segments.rowBytes)...])
            if header.isBitReversed {
                for index in 0..<count { target[index] = Self.reversed(source[index]) }
            } else {
                _ = target.update(fromContentsOf: source)
            }
        }
        return UnsafePointer(buffer.baseAddress)
    }

    private static func reversed(_ byte: UInt8) -> UInt8 {
        var byte = byte >> 4 | byte << 4
        byte = (byte & 0xCC) >> 2 | (byte & 0x33) << 2
        return (byte & 0xAA) >> 1 | (byte & 0x55) << 1
    }
}
