// SPDX-License-Identifier: Apache-2.0

import WebP

/// WebP files that are made of chunks with any content.
enum ChunkFile {
    static let limits = WebPLimits(
        pixels: 50_000_000, frames: 1000, framePixels: 500_000_000, chunks: 1000, memoryBytes: 256 << 20)

    static func number(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        Array(name.utf8) + number(data.count, 4) + data + (data.count % 2 == 0 ? [] : [0])
    }

    /// Returns a file of chunks.
    static func file(_ chunks: [UInt8]) -> [UInt8] {
        Array("RIFF".utf8) + number(4 + chunks.count, 4) + Array("WEBP".utf8) + chunks
    }

    /// Returns the header of a lossless bitstream, without pixels.
    static func lossless(_ width: Int, _ height: Int, hasAlpha: Bool = false, version: Int = 0) -> [UInt8] {
        chunk(
            "VP8L",
            [0x2F] + number((width - 1) | (height - 1) << 14 | (hasAlpha ? 1 << 28 : 0) | version << 29, 4))
    }

    /// Returns the header of a lossy bitstream, without pixels.
    static func lossy(_ width: Int, _ height: Int, tag: Int = 0x10) -> [UInt8] {
        chunk("VP8 ", number(tag, 3) + [0x9D, 0x01, 0x2A] + number(width, 2) + number(height, 2))
    }

    static func extended(_ width: Int, _ height: Int, flags: UInt8) -> [UInt8] {
        chunk("VP8X", [flags, 0, 0, 0] + number(width - 1, 3) + number(height - 1, 3))
    }

    static func animation(loops: Int = 0, background: Int = 0) -> [UInt8] {
        chunk("ANIM", number(background, 4) + number(loops, 2))
    }

    static func frame(
        _ x: Int, _ y: Int, _ width: Int, _ height: Int, milliseconds: Int = 40, _ picture: [UInt8]
    ) -> [UInt8] {
        chunk(
            "ANMF",
            number(x / 2, 3) + number(y / 2, 3) + number(width - 1, 3) + number(height - 1, 3)
                + number(milliseconds, 3) + [0] + picture)
    }

    /// Returns a TIFF structure with the tag Orientation alone.
    static func tiff(orientation: UInt8) -> [UInt8] {
        Array("II".utf8) + [
            42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0,
        ]
    }
}
