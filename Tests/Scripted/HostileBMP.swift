// SPDX-License-Identifier: Apache-2.0

import Pixelation

/// The hostile BMP files, with the header BITMAPINFOHEADER.
package enum HostileBMP {
    package static let files: [HostileFile] = [
        HostileFile("BMP: the signature alone", .notAnImage) { Array("BM".utf8) },
        HostileFile("BMP: 65,500 x 65,500 pixels", .tooManyPixels) { file(65_500, 65_500, bits: 24, []) },
        HostileFile("BMP: a side of 2^31 - 1", .tooManyPixels) { file(0x7FFF_FFFF, 1, bits: 1, []) },
        HostileFile("BMP: a height of -2^31", .tooManyPixels) { file(1, -0x8000_0000, bits: 1, []) },
        HostileFile("BMP: a palette of 2^32 - 1 colours", .corrupt) {
            file(10, 10, bits: 8, colors: 0xFFFF_FFFF, [])
        },
        HostileFile("BMP: 7000 x 7000 pixels of few data", .truncated) {
            file(7000, 7000, bits: 32, [UInt8](repeating: 0, count: 900))
        },
        HostileFile("BMP: 500 x 500 pixels in runs", nil) { runs(500, 500) },
        HostileFile("BMP: runs of no pixels", .truncated) {
            file(500, 500, bits: 8, compression: 1, HostileFile.repeated([0, 2, 0, 0], 500_000))
        },
        HostileFile("BMP: runs that leave the picture", nil) {
            file(50, 50, bits: 8, compression: 1, HostileFile.repeated([0, 2, 255, 255], 10_000))
        },
        HostileFile("BMP: no side", .corrupt) { file(0, 10, bits: 24, []) },
        HostileFile("BMP: 7 bits a pixel", .unsupportedFormat) { file(10, 10, bits: 7, []) },
    ]

    package static let largeFiles: [HostileFile] = [
        HostileFile("BMP: 10,900 x 10,900 pixels in runs", nil) { runs(10_900, 10_900) },
        HostileFile("BMP: 22,000 x 21,000 pixels of 1 bit, beyond the limit", .tooManyPixels) {
            file(22_000, 21_000, bits: 1, colors: 2, [UInt8](repeating: 0x5A, count: 21_000 * 2752))
        },
        HostileFile("BMP: 10,900 x 10,900 pixels of 1 bit", nil) {
            file(10_900, 10_900, bits: 1, colors: 2, [UInt8](repeating: 0x5A, count: 10_900 * 1364))
        },
        HostileFile("BMP: 60 MB of runs of no pixels", .truncated) {
            file(10_000, 10_000, bits: 8, compression: 1, HostileFile.repeated([0, 2, 0, 0], 15_000_000))
        },
    ]

    package static let smallFiles: [HostileFile] = [
        HostileFile("BMP: 24 bits", nil) { file(3, 4, bits: 24, [UInt8](repeating: 7, count: 48)) },
        HostileFile("BMP: runs", nil) { runs(5, 4) },
    ]

    private static func number(_ value: Int, _ count: Int = 4) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// Returns a file with a palette of gray.
    private static func file(
        _ width: Int, _ height: Int, bits: Int, compression: Int = 0, colors: Int? = nil, _ data: [UInt8]
    ) -> [UInt8] {
        let count = colors ?? (bits == 8 ? 4 : 0)
        let palette = (0..<min(count, 256)).flatMap { [UInt8](repeating: UInt8($0 * 9 & 255), count: 4) }
        let offset = 54 + palette.count
        let head = number(54 + palette.count + data.count) + number(0) + number(offset)
        let info =
            number(40) + number(width) + number(height) + number(1, 2) + number(bits, 2)
            + number(compression) + number(data.count) + number(0) + number(0) + number(count) + number(0)
        return Array("BM".utf8) + head + info + palette + data
    }

    /// Returns a file of the longest runs.
    private static func runs(_ width: Int, _ height: Int) -> [UInt8] {
        let row =
            HostileFile.repeated([255, 1], width / 255) + (width % 255 > 0 ? [UInt8(width % 255), 2] : [])
            + [0, 0]
        return file(width, height, bits: 8, compression: 1, HostileFile.repeated(row, height) + [0, 1])
    }
}
