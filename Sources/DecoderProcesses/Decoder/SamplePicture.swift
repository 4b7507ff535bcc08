// SPDX-License-Identifier: Apache-2.0

internal import Decoding
internal import JPEGEncoder
internal import Pixelation
internal import Pixels

/// Small pictures that a decoder decodes before its first request.
package enum SamplePicture {
    /// The files, which are encoded once and decoded before and after a decoder enters its sandbox, with the colour
    /// models of their grids.
    private static let files: [(bytes: [UInt8], color: ColorModel)] = [
        (
            GridWriter(width: 64, height: 64).encode(
                Grid(size: 2, color: .rgb, samples: [255, 0, 0, 0, 255, 0, 0, 0, 255, 128, 128, 128])), .rgb
        ),
        (tiff, .gray),
    ]

    /// A gray TIFF file of 8 x 8 pixels in PackBits. Its decoding loads libtiff, which sorts its tags when it is first
    /// used, for which glibc 2.36 asks for the size of the memory once (qsort, sysinfo).
    private static let tiff: [UInt8] = {
        let strip = (0..<8).flatMap { row -> [UInt8] in [0xF9, UInt8(32 * row)] }
        let entries: [(tag: UInt16, value: UInt16)] = [
            (256, 8), (257, 8), (258, 8), (259, 32773), (262, 1), (273, 8), (277, 1), (278, 8),
            (279, UInt16(strip.count)),
        ]
        func short(_ value: UInt16) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
        let directory = entries.flatMap { entry -> [UInt8] in
            short(entry.tag) + [3, 0, 1, 0, 0, 0] + short(entry.value) + [0, 0]
        }
        var file = Array("II".utf8) + short(42)
        file += short(UInt16(8 + strip.count)) + [0, 0] + strip
        file += short(UInt16(entries.count)) + directory + [0, 0, 0, 0]
        return file
    }()

    /// Returns true when each sample picture is decoded to a grid of its size, or refused for lack of its library.
    package static func isDecoded() -> Bool {
        files.allSatisfy { isDecoded($0.bytes, $0.color) }
    }

    private static func isDecoded(_ file: [UInt8], _ color: ColorModel) -> Bool {
        var options = PixelationOptions()
        options.sizes = [8]
        let deadline = ContinuousClock.now + .seconds(60)
        do throws(PixelationError) {
            let reduction = try InProcessReducer().reduce(
                file.span,
                ReductionRequest(
                    survey: Survey(of: file.span, options: options), options: options, deadline: deadline,
                    cancellation: nil))
            return reduction.grids.first?.color == color
        } catch {
            return error.kind == .decoderMissing
        }
    }
}
