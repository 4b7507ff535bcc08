// SPDX-License-Identifier: Apache-2.0

package import Pixelation

/// A file that is made to need much time or memory, or to crash a decoder. JPEG files are written segment by segment
/// (ITU-T T.81, annex B). Each other format has its files in an enumeration of its own.
package struct HostileFile: Sendable {
    package var name: String
    /// The kind of the error with which the file is refused within 200 MiB of memory and the other default limits; nil
    /// for a file that is pixelated.
    package var refusal: PixelationError.Kind?
    /// Returns the bytes of the file. They are made when needed because some files have a megabyte.
    package var make: @Sendable () -> [UInt8]

    package init(_ name: String, _ refusal: PixelationError.Kind?, _ make: @escaping @Sendable () -> [UInt8])
    {
        self.name = name
        self.refusal = refusal
        self.make = make
    }

    /// The files of all formats.
    package static let all =
        jpeg + HostilePNG.files + HostileGIF.files + HostileWebP.files + HostileBMP.files

    /// The files of all formats that take seconds in a debug build. They are not in `all`.
    package static let large =
        HostilePNG.largeFiles + HostileGIF.largeFiles + HostileWebP.largeFiles + HostileBMP.largeFiles

    /// The smallest valid files of all formats but JPEG, which are cut and changed at every byte.
    package static let small =
        HostilePNG.smallFiles + HostileGIF.smallFiles + HostileWebP.smallFiles + HostileBMP.smallFiles

    private static let jpeg: [HostileFile] = [
        HostileFile("no byte", .notAnImage) { [] },
        HostileFile("two bytes", .notAnImage) { start },
        HostileFile("a start and nothing else", .truncated) { start + [0xFF] },
        HostileFile("65500 x 65500 pixels without data", .tooManyPixels) {
            start + baseline(65_500, 65_500) + end
        },
        HostileFile("65500 x 65500 pixels, progressive, without data", .tooManyPixels) {
            progressive(65_500, 65_500, scans: 0, components: 3)
        },
        HostileFile("7000 x 7000 pixels without data", .truncated) { start + baseline(7000, 7000) + end },
        // Each block has the shortest codes: 2 bits.
        HostileFile("1500 x 1500 pixels of zero bits", nil) {
            start + baseline(1500, 1500) + [UInt8](repeating: 0, count: 188 * 188 * 3 * 2 / 8 + 1) + end
        },
        HostileFile("a restart marker after each MCU", nil) { restarts(1000, 800) },
        HostileFile("no side", .corrupt) { start + baseline(0, 64) + end },
        HostileFile("200,000 APP1 segments", .tooManyMarkers) {
            start + repeated(segment(0xE1, []), 200_000) + baseline(64, 64) + end
        },
        HostileFile("200,000 comments", .tooManyMarkers) {
            start + repeated(segment(0xFE, [0x78]), 200_000) + baseline(64, 64) + end
        },
        HostileFile("20,000 Huffman tables", .tooManyMarkers) {
            start + repeated(huffman(0, [0, 1]), 20_000) + baseline(64, 64) + end
        },
        HostileFile("99 scans over 4000 x 3000 pixels", nil) {
            progressive(4000, 3000, scans: 98, components: 1)
        },
        HostileFile("501 scans over 8000 x 6000 pixels", .tooManyScans) {
            progressive(8000, 6000, scans: 500, components: 1)
        },
        HostileFile("2001 scans over 4000 x 3000 pixels of three components", .tooManyScans) {
            progressive(4000, 3000, scans: 2000, components: 3)
        },
        HostileFile("10001 scans over 8000 x 6000 pixels", .tooManyScans) {
            progressive(8000, 6000, scans: 10_000, components: 1)
        },
        HostileFile("coefficients beyond the memory limit", .tooMuchMemory) {
            progressive(10_000, 10_000, scans: 1, components: 3)
        },
        HostileFile("no scan", .corrupt) {
            start + segment(0xC0, frame(64, 64, components: 3)) + end
        },
        HostileFile("a warning for each MCU", nil) { warnings() },
        HostileFile("an AC table whose codes overflow", .corrupt) {
            // The table states 255 codes of 1 bit.
            start + quantization + segment(0xC0, frame(64, 64, components: 1))
                + segment(0xC4, [0x00, 255] + [UInt8](repeating: 0, count: 15) + (0..<255).map { UInt8($0) })
                + scan([1]) + [UInt8](repeating: 0, count: 4096) + end
        },
        HostileFile("a component without quantization table", .corrupt) {
            start + segment(0xC0, frame(64, 64, components: 1)) + huffman(0, [0, 1]) + huffman(0x10, [0, 1])
                + scan([1]) + [UInt8](repeating: 0, count: 4096) + end
        },
        HostileFile("MCUs of more than 10 blocks", .corrupt) {
            let sides: [UInt8] = [0, 64, 0, 64]
            let components: [UInt8] = [1, 0x44, 0, 2, 0x44, 0, 3, 0x44, 0]
            return start + quantization + segment(0xC0, [8] + sides + [3] + components) + huffman(0, [0, 1])
                + huffman(0x10, [0, 1]) + scan([1, 2, 3]) + [UInt8](repeating: 0, count: 4096) + end
        },
        HostileFile("data cut in the middle", .truncated) {
            start + baseline(640, 640) + [UInt8](repeating: 0, count: 80 * 80 * 3 * 2 / 8 / 2)
        },
    ]

    // MARK: Segments

    package static let start: [UInt8] = [0xFF, 0xD8]
    package static let end: [UInt8] = [0xFF, 0xD9]
    package static let quantization = segment(0xDB, [0] + [UInt8](repeating: 16, count: 64))

    package static func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
        [0xFF, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
    }

    package static func repeated(_ bytes: [UInt8], _ times: Int) -> [UInt8] {
        let count = bytes.count * times
        guard count > 0 else { return [] }
        var result = bytes
        result.reserveCapacity(count)
        while result.count < count { result += result.prefix(count - result.count) }
        return result
    }

    /// Returns a DHT segment with one code of 1 bit and one of 2 bits.
    ///
    /// - Parameters:
    ///   - identifier: 16 times the class (0 for DC, 1 for AC) plus the number of the table.
    ///   - symbols: The two symbols.
    package static func huffman(_ identifier: UInt8, _ symbols: [UInt8]) -> [UInt8] {
        segment(0xC4, [identifier, 1, 1] + [UInt8](repeating: 0, count: 14) + symbols)
    }

    package static func frame(_ width: Int, _ height: Int, components: Int) -> [UInt8] {
        let sides = [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255)]
        return [8] + sides + [UInt8(components)] + (0..<components).flatMap { [UInt8($0 + 1), 0x11, 0] }
    }

    package static func scan(_ components: [UInt8], from: UInt8 = 0, to: UInt8 = 63) -> [UInt8] {
        segment(0xDA, [UInt8(components.count)] + components.flatMap { [$0, 0] } + [from, to, 0])
    }

    // MARK: Files

    /// Returns all segments of a baseline file from DQT to SOS. The code of a block of zeros is the bits 00.
    package static func baseline(_ width: Int, _ height: Int, components: Int = 3) -> [UInt8] {
        quantization + segment(0xC0, frame(width, height, components: components)) + huffman(0, [0, 1])
            + huffman(0x10, [0, 1]) + scan((1...components).map { UInt8($0) })
    }

    /// Returns a progressive file whose coefficients are all zero: one scan of all DC coefficients, and `scans` scans
    /// of AC coefficients, each of which codes the whole picture as a few runs of empty bands (T.81, G.1.2.2).
    package static func progressive(_ width: Int, _ height: Int, scans: Int, components: Int) -> [UInt8] {
        let identifiers = (1...components).map { UInt8($0) }
        let blocks = ((width + 7) / 8) * ((height + 7) / 8)
        var file = start + quantization + segment(0xC2, frame(width, height, components: components))
        // The code 0 is a DC difference of 0 in the DC table, and EOB14 in the AC table: a run of 2^14 bands plus the
        // number in the next 14 bits.
        file += huffman(0, [0, 1]) + huffman(0x10, [0xE0, 0x00]) + scan(identifiers, to: 0)
        // A file that is refused for its number of pixels needs no data.
        if scans > 0 { file += [UInt8](repeating: 0, count: (blocks * components + 7) / 8) }
        var bits = ""
        var rest = blocks
        while rest > 0 {
            let run = max(0, min(rest, 32_767) - 16_384)
            let digits = String(run, radix: 2)
            bits += "0" + String(repeating: "0", count: 14 - digits.count) + digits
            rest -= run + 16_384
        }
        bits += String(repeating: "1", count: (8 - bits.count % 8) % 8)
        let characters = Array(bits)
        let bands = stride(from: 0, to: characters.count, by: 8).flatMap { at -> [UInt8] in
            let byte = UInt8(String(characters[at..<at + 8]), radix: 2) ?? 0
            return byte == 0xFF ? [0xFF, 0] : [byte]
        }
        for index in 0..<scans {
            file += scan([identifiers[index % components]], from: 1) + bands
        }
        return file + end
    }

    /// Returns a gray file with a restart interval of one MCU.
    package static func restarts(_ width: Int, _ height: Int) -> [UInt8] {
        let blocks = ((width + 7) / 8) * ((height + 7) / 8)
        var file = start + segment(0xDD, [0, 1]) + baseline(width, height, components: 1)
        for index in 0..<blocks - 1 { file += [0x3F, 0xFF, 0xD0 + UInt8(index & 7)] }
        return file + [0x3F] + end
    }

    /// Returns a gray file with a restart interval of one MCU, and with so many extra bytes before each restart marker
    /// that libjpeg issues a warning for each.
    package static func warnings() -> [UInt8] {
        let blocks = 100 * 100
        var file = start + segment(0xDD, [0, 1]) + baseline(800, 800, components: 1)
        let excess = [UInt8](repeating: 0, count: 24)
        for index in 0..<blocks - 1 { file += [0x3F] + excess + [0xFF, 0xD0 + UInt8(index & 7)] }
        return file + [0x3F] + end
    }
}
