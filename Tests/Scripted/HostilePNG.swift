// SPDX-License-Identifier: Apache-2.0

import Pixelation

/// The hostile PNG files, which are written chunk by chunk (PNG, third edition).
package enum HostilePNG {
    package static let files: [HostileFile] = [
        HostileFile("PNG: the signature alone", .truncated) { signature },
        HostileFile("PNG: 65500 x 65500 pixels of few data", .tooManyPixels) {
            zeros(65_500, 65_500, rows: 1)
        },
        HostileFile("PNG: a side of 2^31 - 1", .tooManyPixels) { zeros(0x7FFF_FFFF, 1, rows: 0) },
        HostileFile("PNG: 7000 x 7000 pixels of few data", .truncated) { zeros(7000, 7000, rows: 1) },
        HostileFile("PNG: 7500 x 7500 pixels, interlaced", .tooMuchMemory) {
            zeros(7500, 7500, isInterlaced: true, rows: 15_020)
        },
        HostileFile("PNG: 10,900 x 10,900 pixels of 16 bits", .tooManyPixels) {
            zeros(10_900, 10_900, depth: 16, rows: 10_900)
        },
        HostileFile("PNG: 1200 x 1200 pixels, a deflate bomb", nil) { zeros(1200, 1200, rows: 1200) },
        HostileFile("PNG: a deflate bomb behind the picture", nil) { zeros(100, 100, rows: 500_000) },
        HostileFile("PNG: 1,000,000 chunks tEXt", .tooManyMarkers) {
            signature + header(10, 10) + HostileFile.repeated(chunk("tEXt", [65, 0]), 1_000_000)
        },
        HostileFile("PNG: 1,000,000 empty chunks IDAT", .tooManyMarkers) {
            signature + header(10, 10) + HostileFile.repeated(chunk("IDAT", []), 1_000_000)
        },
        HostileFile("PNG: a chunk IDAT for each byte", nil) {
            let data = DeflateBomb.zeros(201 * 50)
            return signature + header(50, 50) + data.flatMap { chunk("IDAT", [$0]) } + end
        },
        HostileFile("PNG: 65,535 frames", .tooManyMarkers) {
            let control = [UInt8](repeating: 0, count: 26)
            let frame = chunk("fcTL", control) + chunk("fdAT", [0, 0, 0, 1, 0x78])
            return signature + header(10, 10) + chunk("acTL", number(65_535) + number(0))
                + HostileFile.repeated(frame, 65_535)
        },
        HostileFile("PNG: a bomb as iCCP", nil) { zeros(10, 10, rows: 10, extra: bomb("iCCP", [65, 0, 0])) },
        HostileFile("PNG: a bomb as zTXt", nil) { zeros(10, 10, rows: 10, extra: bomb("zTXt", [65, 0, 0])) },
        HostileFile("PNG: a bomb as iTXt", nil) {
            zeros(10, 10, rows: 10, extra: bomb("iTXt", [65, 0, 1, 0, 0, 0]))
        },
        HostileFile("PNG: no side", .corrupt) { zeros(0, 10, rows: 1) },
        HostileFile("PNG: a palette picture without palette", .corrupt) { zeros(10, 10, type: 3, rows: 10) },
        HostileFile("PNG: a chunk that is longer than the file", .truncated) {
            signature + header(10, 10) + number(0x7FFF_FFFF) + Array("IDAT".utf8)
        },
        HostileFile("PNG: data that are not deflate", .corrupt) {
            signature + header(10, 10) + chunk("IDAT", [UInt8](repeating: 0xFF, count: 900)) + end
        },
        HostileFile("PNG: data cut in the middle", .truncated) {
            Array(zeros(1000, 1000, rows: 1000).prefix(2000))
        },
    ]

    package static let largeFiles: [HostileFile] = [
        HostileFile("PNG: 10,900 x 10,900 pixels, a deflate bomb", nil) {
            zeros(10_900, 10_900, rows: 10_900)
        },
        HostileFile("PNG: 7700 x 7700 pixels of 16 bits, a deflate bomb", nil) {
            zeros(7700, 7700, depth: 16, rows: 7700)
        },
        HostileFile("PNG: 10,900 x 10,900 pixels of 1 bit", nil) {
            zeros(10_900, 10_900, depth: 1, type: 0, rows: 10_900)
        },
        HostileFile("PNG: 5000 x 5000 pixels, interlaced", nil) {
            zeros(5000, 5000, isInterlaced: true, rows: 10_020)
        },
        HostileFile("PNG: a deflate bomb of 20 GB behind the picture", nil) {
            zeros(100, 100, rows: 50_000_000)
        },
        HostileFile("PNG: a deflate bomb of 20 GB behind an interlaced picture", nil) {
            zeros(99, 99, isInterlaced: true, rows: 50_000_000)
        },
    ]

    package static let smallFiles: [HostileFile] = [
        HostileFile("PNG: RGBA", nil) { zeros(5, 4, rows: 4, isFinished: true) },
        HostileFile("PNG: a palette, interlaced", nil) {
            zeros(
                5, 4, depth: 4, type: 3, isInterlaced: true, rows: 9,
                extra: chunk("PLTE", [9, 8, 7, 1, 2, 3]) + chunk("tRNS", [1, 99]), isFinished: true)
        },
        HostileFile("PNG: 16 bits, with colour chunks", nil) {
            zeros(
                3, 3, depth: 16, type: 0, rows: 3, extra: chunk("gAMA", number(45_455)) + chunk("sRGB", [0]),
                isFinished: true)
        },
    ]

    // MARK: Chunks

    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let end = chunk("IEND", [])

    private static func number(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in Array(type.utf8) + data {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return number(data.count) + Array(type.utf8) + data + number(Int(~sum))
    }

    private static func bomb(_ type: String, _ head: [UInt8]) -> [UInt8] {
        chunk(type, head + DeflateBomb.zeros(100_000_000))
    }

    private static func header(
        _ width: Int, _ height: Int, depth: Int = 8, type: UInt8 = 6, isInterlaced: Bool = false
    ) -> [UInt8] {
        chunk("IHDR", number(width) + number(height) + [UInt8(depth), type, 0, 0, isInterlaced ? 1 : 0])
    }

    /// Returns a file of zero bytes.
    ///
    /// - Parameters:
    ///   - type: The colour type.
    ///   - rows: The number of rows in the data.
    ///   - extra: The chunks before the data.
    ///   - isFinished: True for a stream that is exactly as long as the rows.
    private static func zeros(
        _ width: Int, _ height: Int, depth: Int = 8, type: UInt8 = 6, isInterlaced: Bool = false, rows: Int,
        extra: [UInt8] = [], isFinished: Bool = false
    ) -> [UInt8] {
        let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][type] ?? 1
        let period = (width * samples * depth + 7) / 8 + 1
        let data = isFinished ? stored(rows * period) : DeflateBomb.zeros(rows * period)
        return signature + header(width, height, depth: depth, type: type, isInterlaced: isInterlaced) + extra
            + chunk("IDAT", data) + end
    }

    /// Returns a zlib stream of `count` zero bytes, fewer than 65536, which are not compressed.
    private static func stored(_ count: Int) -> [UInt8] {
        let length = [UInt8(count & 255), UInt8(count >> 8)]
        return [0x78, 0x01, 1] + length + length.map { ~$0 } + [UInt8](repeating: 0, count: count)
            + number((count % 65521) << 16 | 1)
    }
}
