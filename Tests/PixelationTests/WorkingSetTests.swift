// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import Glibc
import JPEGEncoder
import Pixelation
import Pixels
import Scripted
import Testing

/// The predicted memory of pictures is compared with the memory that the engine allocates.
@Suite struct WorkingSetTests {
    /// A source and the options that it is pixelated with.
    struct Case {
        var file: [UInt8]
        var options: PixelationOptions
        var name: String

        /// Makes a random source.
        ///
        /// - Parameter pixels: The largest number of pixels.
        init(_ random: inout SplitMix, pixels: Int) {
            options = PixelationOptions()
            options.truncated = .accept
            options.limits.seconds = 3600
            options.limits.memoryBytes = 64 << 30
            if Bool.random(using: &random) {
                let count = Int.random(in: 1...16, using: &random)
                let most = [16, 64, 256].randomElement(using: &random) ?? 64
                options.sizes = Array((1...most).shuffled(using: &random).prefix(count))
            }
            options.metadata = MetadataPolicy.allCases.randomElement(using: &random) ?? .upright
            let longest = [16, 200, 2000, 65_500].randomElement(using: &random) ?? 200
            var width = Int.random(in: 1...longest, using: &random)
            var height = max(1, min(Int.random(in: 1...longest, using: &random), pixels / width))
            if Bool.random(using: &random) { swap(&width, &height) }
            let components = [1, 3, 4].randomElement(using: &random) ?? 3
            let profile = [0, 0, 300, 70_000, 4_190_000].randomElement(using: &random) ?? 0
            let orientation = UInt8.random(in: 1...8, using: &random)
            name =
                "\(width) x \(height) x \(components), profile \(profile), \(options.metadata) \(orientation), "
                + "sizes \(options.sizes)"
            let picture: [UInt8]
            if Bool.random(using: &random) {
                let size = Int.random(in: 1...64, using: &random)
                let grid = HeaderShape.chessboard(size, bands: components)
                picture = GridWriter(width: width, height: height).encode(grid)
                name += ", \(size) x \(size) cells"
            } else {
                let shape = HeaderShape(width: width, height: height, components: components, &random)
                picture = shape.file
                name += ", \(shape)"
            }
            var segments = [
                PixelatorTests.exif(orientation), (0xFE, [UInt8](repeating: 0x78, count: 60_000)),
            ]
            let parts = (profile + 65_518) / 65_519
            for part in 0..<parts {
                let count = min(65_519, profile - part * 65_519)
                let head = Array("ICC_PROFILE\0".utf8) + [UInt8(part + 1), UInt8(parts)]
                segments.append((0xE2, head + [UInt8](repeating: 0, count: count)))
            }
            file = PixelatorTests.with(segments, in: picture)
        }

        /// Returns the predicted and the allocated number of bytes; nil if the file is refused by its header.
        func measure() -> (predicted: Int, allocated: Int)? {
            let pixelator = Pixelator(options)
            guard let survey = try? pixelator.survey(file) else { return nil }
            allocation_count_begin()
            // A file that is refused while it is decoded takes no more memory either.
            let picture = try? pixelator.pixelate(file, survey: survey)
            let allocated = withExtendedLifetime(picture) { Int(allocation_count_peak()) }
            if let picture {
                let kept = picture.outputs.reduce(0) { $0 + $1.bytes.capacity }
                #expect(kept <= picture.memoryBytes, "\(name)")
            }
            return (survey.workingSetBytes, allocated)
        }
    }

    /// A header with a random process and random sampling factors, and data that code few or no blocks.
    struct HeaderShape: CustomStringConvertible {
        var file: [UInt8]
        var description: String

        init(width: Int, height: Int, components: Int, _ random: inout SplitMix) {
            let factors = (0..<components).map { _ in
                UInt8.random(in: 1...4, using: &random) << 4 | UInt8.random(in: 1...4, using: &random)
            }
            // SOF0, SOF2 (progressive), SOF9 and SOF10 (arithmetic).
            let marker: UInt8 = [0xC0, 0xC2, 0xC9, 0xCA].randomElement(using: &random) ?? 0xC0
            let isProgressive = marker == 0xC2 || marker == 0xCA
            let blocks = factors.reduce(0) { $0 + Int($1 >> 4) * Int($1 & 15) }
            // An MCU has at most 10 blocks.
            let isSeparate = blocks > 10 || Bool.random(using: &random)
            var frame = HostileFile.frame(width, height, components: components)
            for (index, factor) in factors.enumerated() { frame[6 + 3 * index + 1] = factor }
            file =
                HostileFile.start + HostileFile.quantization + HostileFile.segment(marker, frame)
                + HostileFile.huffman(0, [0, 1]) + HostileFile.huffman(0x10, [0, 1])
            let identifiers = (1...components).map { UInt8($0) }
            for scan in isSeparate ? identifiers.map({ [$0] }) : [identifiers] {
                file += HostileFile.scan(scan, to: isProgressive ? 0 : 63)
                file += [UInt8](repeating: 0, count: 64)
            }
            file += HostileFile.end
            description = "SOF\(marker & 15) \(factors)\(isSeparate ? " in separate scans" : "")"
        }

        /// Returns a grid whose neighbouring cells have opposite colours.
        static func chessboard(_ size: Int, bands: Int) -> Grid {
            let samples = (0..<size * size * bands).map { index -> UInt8 in
                let cell = index / bands
                return (cell / size + cell % size + index % bands) % 2 == 0 ? 0 : 255
            }
            return Grid(size: size, color: ColorModel(components: bands), samples: samples)
        }
    }

    /// `PIXELATOR_LARGE_PICTURES=1` tests pictures of up to 120 megapixels, which takes minutes.
    private static let isLarge = getenv("PIXELATOR_LARGE_PICTURES") != nil

    @Test(.enabled(if: allocation_count_works(), "a sanitizer has its own malloc"), arguments: 0..<4)
    func `no picture needs more memory than is predicted`(seed: Int) throws {
        // The tables that a process makes once are not part of the memory of a picture.
        _ = try Pixelator(PixelationOptions()).pixelate(PixelatorTests.picture(64, 64))
        var random = SplitMix(seed: UInt64(seed))
        var measured = 0
        var closest = 0.0
        for _ in 0..<60 {
            let test = Case(&random, pixels: Self.isLarge ? 120_000_000 : 40_000)
            guard let (predicted, allocated) = test.measure() else { continue }
            #expect(allocated <= predicted, "\(test.name)")
            measured += 1
            closest = max(closest, Double(allocated) / Double(predicted))
        }
        #expect(measured > 40)
        // The prediction is of use: some pictures need more than half of it.
        #expect(closest > 0.5)
    }
}
