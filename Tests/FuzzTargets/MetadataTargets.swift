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
        name: "exif", summary: "the orientation in Exif metadata, alone and in a JPEG file", longest: 1024,
        words: ["II*\0", "MM\0*", "\u{1}\u{12}", "\u{12}\u{1}"],
        seeds: {
            [false, true].flatMap { isLittle in
                [1, 3, 4].map { type -> [UInt8] in
                    func number(_ value: Int, _ bytes: Int) -> [UInt8] {
                        let all = (0..<bytes).map { UInt8(value >> (8 * $0) & 255) }
                        return isLittle ? all : all.reversed()
                    }
                    let head =
                        Array((isLittle ? "II" : "MM").utf8) + number(42, 2) + number(8, 4) + number(2, 2)
                    let other = number(0x010F, 2) + number(2, 2) + number(4, 4) + [65, 66, 67, 0]
                    return head + other + number(0x0112, 2) + number(type, 2) + number(1, 4) + number(6, 4)
                        + [0, 0, 0, 0]
                }
            }
        },
        check: { input in
            let value = ExifOrientation.value(inTIFF: input.span)
            try require(value.map((1...8).contains) ?? true, "the orientation \(value ?? 0)")
            let data = Array("Exif\0\0".utf8) + input
            var file = GridWriter(width: 8, height: 8).encode(Grid(size: 1, color: .gray, samples: [0]))
            file.insert(
                contentsOf: [0xFF, 0xE1, UInt8((data.count + 2) >> 8), UInt8((data.count + 2) & 255)] + data,
                at: 2)
            let survey = try Pixelator(PixelationOptions(), reducer: InProcessReducer()).survey(file)
            try require(
                Int(survey.orientation.rawValue) == value ?? 1,
                "\(survey.orientation) in a file, \(value ?? 0) in the structure")
            return true
        })

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
