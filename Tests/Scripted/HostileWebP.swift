// SPDX-License-Identifier: Apache-2.0

import Pixelation

/// The hostile WebP files, which are written chunk by chunk (RFC 9649), with bitstreams made of few codes.
package enum HostileWebP {
    package static let files: [HostileFile] = [
        HostileFile("WebP: the signature alone", .corrupt) { Array(file([]).prefix(12)) },
        HostileFile("WebP: 16383 x 16383 pixels, lossless", .tooManyPixels) {
            file(chunk("VP8L", lossless(16_383, 16_383)))
        },
        HostileFile("WebP: 7000 x 7000 pixels, lossless", .tooMuchMemory) {
            file(chunk("VP8L", lossless(7000, 7000)))
        },
        HostileFile("WebP: 10,900 x 10,900 pixels of no bits, lossy", .corrupt) {
            file(chunk("VP8 ", lossy(10_900, 10_900)))
        },
        HostileFile("WebP: 10,900 x 10,900 pixels, lossy with alpha", .tooMuchMemory) {
            file(extended(10_900, 10_900, flags: 0x10) + chunk("VP8 ", lossy(10_900, 10_900)))
        },
        HostileFile("WebP: 600 x 600 pixels of no bits, lossless", nil) {
            file(chunk("VP8L", lossless(600, 600)))
        },
        HostileFile("WebP: 600 x 600 pixels of zero bits, lossy", nil) {
            file(chunk("VP8 ", lossy(600, 600, bytes: 60_000)))
        },
        HostileFile("WebP: 65,536 groups of prefix codes", .tooMuchMemory) {
            file(chunk("VP8L", lossless(1024, 1024, groups: 65_536)))
        },
        HostileFile("WebP: 800 groups of prefix codes", nil) {
            file(chunk("VP8L", lossless(1024, 1024, groups: 800)))
        },
        HostileFile("WebP: 65,536 groups of prefix codes in the alpha", .tooMuchMemory) {
            let alpha = [1] + Array(lossless(1024, 1024, groups: 65_536).dropFirst(5))
            return file(
                extended(1024, 1024, flags: 0x10) + chunk("ALPH", alpha)
                    + chunk("VP8 ", lossy(1024, 1024, bytes: 60_000)))
        },
        HostileFile("WebP: 65,536 groups of prefix codes in the second frame", .tooMuchMemory) {
            animation(
                1024, 1024, frame(4, 4) + frame(1024, 1024, lossless(1024, 1024, groups: 65_536)))
        },
        HostileFile("WebP: 65,535 frames", .tooManyFrames) {
            animation(10, 10, HostileFile.repeated(frame(1, 1), 65_535))
        },
        HostileFile("WebP: 1000 frames of 1400 x 1400 pixels, of which each changes one", .tooManyFrames) {
            animation(1400, 1400, HostileFile.repeated(frame(1, 1), 1000))
        },
        HostileFile("WebP: a frame that contains frames", .corrupt) {
            var inner = frame(1, 1)
            for _ in 0..<200 { inner = chunk("ANMF", rectangle(1, 1) + inner) }
            return animation(10, 10, inner)
        },
        HostileFile("WebP: a frame beyond the canvas", .corrupt) { animation(10, 10, frame(11, 10)) },
        HostileFile("WebP: 1,000,000 unknown chunks", .tooManyMarkers) {
            file(
                extended(10, 10, flags: 0) + HostileFile.repeated(chunk("ABCD", []), 1_000_000)
                    + chunk("VP8L", lossless(10, 10)))
        },
        HostileFile("WebP: 1,000,000 unknown chunks in a frame", .tooManyMarkers) {
            animation(
                10, 10,
                chunk("ANMF", rectangle(10, 10) + HostileFile.repeated(chunk("ABCD", []), 1_000_000)))
        },
        HostileFile("WebP: chunks without a picture", .truncated) { file(extended(10, 10, flags: 0x02)) },
        HostileFile("WebP: a chunk that is longer than the file", .truncated) {
            file(Array("VP8L".utf8) + number(1 << 30, 4) + lossless(10, 10))
        },
        HostileFile("WebP: a lossless bitstream that ends in its codes", .corrupt) {
            file(chunk("VP8L", Array(lossless(100, 100).prefix(6))))
        },
        HostileFile("WebP: a lossless bitstream of ones", .corrupt) {
            file(chunk("VP8L", Array(lossless(100, 100).prefix(5)) + [UInt8](repeating: 0xFF, count: 400)))
        },
        HostileFile("WebP: an animation that is cut in its third frame", .truncated) {
            Array(animation(10, 10, HostileFile.repeated(frame(10, 10), 3)).dropLast(9))
        },
    ]

    package static let largeFiles: [HostileFile] = [
        HostileFile("WebP: 4900 x 4200 pixels of no bits, lossless", nil) {
            file(chunk("VP8L", lossless(4900, 4200)))
        },
        HostileFile("WebP: 7000 x 6700 pixels of zero bits, lossy", nil) {
            file(chunk("VP8 ", lossy(7000, 6700, bytes: 500_000)))
        },
        HostileFile("WebP: 1000 frames of 490 x 490 pixels, of which each changes one", nil) {
            animation(490, 490, HostileFile.repeated(frame(1, 1), 1000))
        },
        HostileFile("WebP: 10 frames of 24 megapixels", .tooMuchMemory) {
            animation(5600, 4400, HostileFile.repeated(frame(5600, 4400), 10))
        },
        HostileFile("WebP: 1000 frames of 490 x 490 pixels", nil) {
            animation(490, 490, HostileFile.repeated(frame(490, 490), 1000))
        },
        HostileFile("WebP: 60 MB in an unknown chunk", nil) {
            file(
                extended(10, 10, flags: 0) + chunk("ABCD", [UInt8](repeating: 0, count: 60_000_000))
                    + chunk("VP8L", lossless(10, 10)))
        },
    ]

    package static let smallFiles: [HostileFile] = [
        HostileFile("WebP: lossless", nil) { file(chunk("VP8L", lossless(9, 7, groups: 2))) },
        HostileFile("WebP: lossy with alpha", nil) {
            file(
                extended(16, 16, flags: 0x10) + chunk("ALPH", [1] + lossless(16, 16).dropFirst(5))
                    + chunk("VP8 ", lossy(16, 16, bytes: 40)))
        },
        HostileFile("WebP: an animation", nil) {
            animation(6, 5, frame(4, 4) + frame(6, 5))
        },
    ]

    // MARK: Chunks

    private static func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        Array(name.utf8) + number(data.count, 4) + data + (data.count % 2 == 0 ? [] : [0])
    }

    private static func file(_ chunks: [UInt8]) -> [UInt8] {
        Array("RIFF".utf8) + number(4 + chunks.count, 4) + Array("WEBP".utf8) + chunks
    }

    private static func extended(_ width: Int, _ height: Int, flags: UInt8) -> [UInt8] {
        chunk("VP8X", [flags, 0, 0, 0] + number(width - 1, 3) + number(height - 1, 3))
    }

    private static func animation(_ width: Int, _ height: Int, _ frames: [UInt8]) -> [UInt8] {
        file(extended(width, height, flags: 0x12) + chunk("ANIM", number(0, 6)) + frames)
    }

    /// Returns the beginning of a frame at the top left.
    private static func rectangle(_ width: Int, _ height: Int) -> [UInt8] {
        number(0, 6) + number(width - 1, 3) + number(height - 1, 3) + number(40, 3) + [0]
    }

    /// Returns a frame at the top left, whose picture is lossless.
    private static func frame(_ width: Int, _ height: Int, _ picture: [UInt8]? = nil) -> [UInt8] {
        chunk("ANMF", rectangle(width, height) + chunk("VP8L", picture ?? lossless(width, height)))
    }

    // MARK: Bitstreams

    /// Returns a lossless bitstream whose pixels take no bits.
    ///
    /// - Parameter groups: The number of groups of prefix codes, 1...65536. There are at most as many as tiles of 4 x 4
    ///   pixels.
    private static func lossless(_ width: Int, _ height: Int, groups: Int = 1) -> [UInt8] {
        var bits = BitList()
        bits.append(0x2F, 8)
        bits.append(width - 1, 14)
        bits.append(height - 1, 14)
        // Alpha, and version 0.
        bits.append(1, 4)
        // No transform, no colour cache, and an entropy image if there are groups.
        bits.append(groups > 1 ? 4 : 0, 3)
        if groups > 1 {
            // Tiles of 4 pixels, and no colour cache of the entropy image.
            bits.append(0, 4)
            for isByte in [true, true, false, false, false] {
                isByte ? byteCode(&bits) : symbolCode(&bits)
            }
            for tile in 0..<((width + 3) / 4) * ((height + 3) / 4) {
                // The group of a tile is its green and, times 256, its red.
                let group = tile % groups
                for byte in [group & 255, group >> 8] {
                    for index in 0..<8 { bits.append(byte >> (7 - index) & 1, 1) }
                }
            }
        }
        for _ in 0..<5 * groups { symbolCode(&bits) }
        // libwebp reads some bytes ahead.
        return bits.bytes + [0, 0, 0]
    }

    /// Appends the simple code of the symbol 0, which takes no bits.
    private static func symbolCode(_ bits: inout BitList) { bits.append(1, 4) }

    /// Appends the code in which the symbols 0...255 have 8 bits.
    private static func byteCode(_ bits: inout BitList) {
        // The code of code lengths has the symbol 8 alone, which is the twelfth in the order of the format.
        bits.append(0, 1)
        bits.append(8, 4)
        bits.append(zeros: 3 * 11)
        bits.append(1, 3)
        // The number of lengths, 256, less 2, in 8 bits.
        bits.append(1, 1)
        bits.append(3, 3)
        bits.append(254, 8)
    }

    /// Returns a lossy bitstream whose partitions are zero bytes (RFC 6386).
    private static func lossy(_ width: Int, _ height: Int, bytes: Int = 100) -> [UInt8] {
        number(bytes << 5 | 0x10, 3) + [0x9D, 0x01, 0x2A] + number(width, 2) + number(height, 2)
            + [UInt8](repeating: 0, count: 2 * bytes)
    }
}
