// SPDX-License-Identifier: Apache-2.0

import Decoding
import Exif
import JPEGEncoder
import Pixelation
import Pixels
import Verification

/// The metadata of pictures, and the examination of outputs.
enum MetadataTargets {
    /// Inputs are a TIFF structure.
    static let exif = FuzzTarget(
        name: "exif", summary: "the orientation in Exif metadata: damaged, valid, and in a JPEG file",
        longest: 1024,
        words: ["II*\0", "MM\0*", "\u{1}\u{12}", "\u{12}\u{1}"],
        seeds: {
            [false, true].flatMap { isLittle in
                // The value 9 is none of the orientations.
                [(1, 6), (3, 6), (4, 6), (3, 9)].map { type, value -> [UInt8] in
                    func number(_ value: Int, _ bytes: Int) -> [UInt8] {
                        let all = (0..<bytes).map { UInt8(value >> (8 * $0) & 255) }
                        return isLittle ? all : all.reversed()
                    }
                    let head =
                        Array((isLittle ? "II" : "MM").utf8) + number(42, 2) + number(8, 4) + number(2, 2)
                    let other = number(0x010F, 2) + number(2, 2) + number(4, 4) + [65, 66, 67, 0]
                    return head + other + number(0x0112, 2) + number(type, 2) + number(1, 4)
                        + number(value, 4) + [0, 0, 0, 0]
                }
            }
        },
        check: { input in
            let value = ExifOrientation.value(inTIFF: input.span)
            try require(value.map((1...8).contains) ?? true, "the orientation \(value ?? 0)")
            try require(orientation(inJPEG: input) == value ?? 1, "another orientation in a JPEG file")
            var reader = InputReader(input)
            let made = Structure(&reader)
            let found = ExifOrientation.value(inTIFF: made.bytes.span)
            try require(found == made.value, "\(found ?? 0), not \(made.value) in \(made.bytes)")
            return true
        })

    /// Returns the orientation of a JPEG file with Exif metadata.
    private static func orientation(inJPEG tiff: [UInt8]) throws -> Int {
        let data = Array("Exif\0\0".utf8) + tiff
        var file = GridWriter(width: 8, height: 8).encode(Grid(size: 1, color: .gray, samples: [0]))
        file.insert(
            contentsOf: [0xFF, 0xE1, UInt8((data.count + 2) >> 8), UInt8((data.count + 2) & 255)] + data,
            at: 2)
        return Int(
            try Pixelator(PixelationOptions(), reducer: InProcessReducer()).survey(file).orientation.rawValue)
    }

    /// A valid TIFF structure with the tag Orientation, among other tags and with values of any integer type (TIFF 6.0,
    /// section 2).
    private struct Structure {
        var bytes: [UInt8] = []
        /// The orientation, 1...8.
        let value: Int

        init(_ reader: inout InputReader) {
            let isLittle = reader.byte() % 2 == 0
            func number(_ value: Int, _ bytes: Int) -> [UInt8] {
                let all = (0..<bytes).map { UInt8(value >> (8 * $0) & 255) }
                return isLittle ? all : all.reversed()
            }
            value = reader.number(1...8)
            let before = reader.number(0...5)
            let (type, size) = reader.element([(1, 1), (3, 2), (4, 4), (6, 1), (8, 2), (9, 4)])
            let count = reader.number(1...6)
            bytes =
                Array((isLittle ? "II" : "MM").utf8) + number(42, 2) + number(8, 4) + number(before + 1, 2)
            for tag in 0..<before {
                bytes += number(0x0100 + tag, 2) + number(2, 2) + number(4, 4) + [65, 66, 67, 0]
            }
            bytes += number(0x0112, 2) + number(type, 2) + number(count, 4)
            let values = number(value, size) + (1..<count).flatMap { _ in number(reader.number(0...9), size) }
            // More than four bytes are elsewhere, here behind the offset of a next IFD.
            bytes +=
                values.count > 4
                ? number(bytes.count + 8, 4) + number(0, 4) + values
                : values + [UInt8](repeating: 0, count: 4 - values.count)
        }
    }

    /// Inputs are the size of the grid, less 1, and a file.
    static let verification = FuzzTarget(
        name: "verification", summary: "files that `pixelated verify` examines", longest: 4096,
        words: [
            "IHDR", "IDAT", "IEND", "GIF89a", "RIFF", "WEBP", "VP8L", "VP8X", "Exif\0\0", "ICC_PROFILE\0",
        ],
        seeds: {
            let files = PictureSeeds.files + (try FuzzTarget.files(in: "GIFTests/animations.txt").prefix(20))
            return files.flatMap { file in [0, 3, 7].map { [$0] + file } }
        },
        check: { input in
            guard let first = input.first else { return false }
            let file = Array(input.dropFirst())
            var limits = PixelationLimits()
            (limits.pixels, limits.frames, limits.scans, limits.scanWork) = (1 << 16, 8, 8, 1 << 21)
            (limits.markers, limits.memoryBytes, limits.seconds) = (100, 256 << 20, 20)
            let size = Int(first) % 64 + 1
            let verifier = OutputVerifier(limits: limits, reducer: InProcessReducer())
            let examination = try verifier.verify(file, size: size)
            try require(examination.size == size && examination.bits >= 0, "another size")
            for finding in examination.findings {
                try require((0...file.count).contains(finding.offset), "a finding at \(finding.offset)")
                try require(
                    finding.count.map { (0...file.count - finding.offset).contains($0) } ?? true, "\(finding)"
                )
                try require(!finding.detail.isEmpty, "a finding without a description")
            }
            guard examination.isVerified else { return true }
            // Verified files have no byte behind the picture that is not found.
            let longer = try verifier.verify(file + [0], size: size)
            try require(!longer.isVerified, "a further byte is not found")
            return true
        })
}
