// SPDX-License-Identifier: Apache-2.0

import GIF
import GIFEncoder
import JPEGEncoder
import PNGEncoder
import Pixelation
import Pixels
import Scripted
import Testing
import WebP
import WebPEncoder

@Suite struct OutputFormatTests {
    @Test(arguments: [
        (OutputFormatPolicy.same, SourceFormat.jpeg, false, OutputFormat.jpeg, nil),
        (.same, .png, true, .png, nil), (.same, .png, false, .png, nil), (.same, .bmp, false, .jpeg, "jpg"),
        (.same, .bmp, true, .png, "png"), (.same, .heif, false, .jpeg, "jpg"),
        (.jpeg, .jpeg, false, .jpeg, nil), (.jpeg, .png, true, .jpeg, "jpg"),
        (.png, .jpeg, false, .png, "png"),
        (.png, .png, false, .png, nil), (.webp, .jpeg, false, .webp, "webp"),
        (.same, .webp, true, .webp, nil),
    ])
    func `format and ending follow from the policy, the source and its alpha`(
        _ policy: OutputFormatPolicy, _ source: SourceFormat, _ hasAlpha: Bool, _ format: OutputFormat,
        _ ending: String?
    ) {
        #expect(policy.format(for: source, hasAlpha: hasAlpha) == format)
        #expect(policy.ending(for: source, hasAlpha: hasAlpha) == ending)
    }

    @Test(arguments: [
        ("a.jpg", nil), ("A.JPEG", nil), ("a.png", nil), ("dir.png/a", nil), ("a", nil), ("", nil),
        (".bmp", "jpg"),
        ("a.b.BMP", "jpg"), ("IMG_1.HEIC", "jpg"), ("a.tif", "jpg"), ("a.unknown", nil), ("a.png.", nil),
    ])
    func `the likely ending follows from the name`(_ name: String, _ ending: String?) {
        #expect(OutputFormatPolicy.same.likelyEnding(forSource: name) == ending)
    }

    @Test(arguments: [
        ("#ffffff", [255, 255, 255]), ("#0A0b0C", [10, 11, 12]), ("ffffff", nil), ("#fffff", nil),
        ("#fffffff", nil), ("#-12345", nil), ("#+12345", nil), ("# 12345", nil), ("white", nil), ("", nil),
        ("#\u{661}\u{662}\u{663}", nil),
    ])
    func `a colour is a number sign and six hexadecimal digits`(_ text: String, _ bytes: [UInt8]?) {
        let color = BackgroundColor(text)
        #expect(color.map { [$0.red, $0.green, $0.blue] } == bytes)
        if let color { #expect(color.description == text.lowercased()) }
    }

    /// The formula of `Image.alpha_composite` of Pillow for an opaque background, c * a + b * (255 - a) over 255,
    /// rounded.
    @Test func `transparent pictures are placed on the background in formats without alpha`() throws {
        let file = try #require(SourceFormatTests.files.first { $0.name == "png-6-8" })
        var options = SourceFormatTests.options(.upright)
        let transparent = try Pixelator.reduction(of: file.bytes, options).grids[0]
        options.output = .jpeg
        options.background = BackgroundColor(red: 200, green: 0, blue: 255)
        let outputs = try Pixelator(options).pixelate(file.bytes)
        #expect(outputs.ending == "jpg" && outputs.outputs.allSatisfy { $0.contentType == "image/jpeg" })
        // The JPEG file of the opaque grid is that of the grid that is mixed by hand.
        let mixed = stride(from: 0, to: transparent.samples.count, by: 4).flatMap { at -> [UInt8] in
            let alpha = Int(transparent.samples[at + 3])
            return (0..<3).map { band in
                let (front, back) = (Int(transparent.samples[at + band]), [200, 0, 255][band])
                return UInt8((Double(front * alpha + back * (255 - alpha)) / 255).rounded())
            }
        }
        let plain = GridWriter(width: 23, height: 17).encode(Grid(size: 8, color: .rgb, samples: mixed))
        #expect(outputs.outputs[0].bytes == plain)
    }

    /// The values are those of Pillow's conversion of CMYK to RGB.
    @Test func `CMYK pictures become RGB in PNG outputs`() throws {
        var options = SourceFormatTests.options(.upright)
        options.output = .png
        options.sizes = [1]
        let cells: [([UInt8], [UInt8])] = [
            ([0, 0, 0, 0], [255, 255, 255]), ([255, 0, 0, 0], [0, 255, 255]), ([0, 0, 0, 255], [0, 0, 0]),
            ([100, 50, 200, 30], [137, 181, 49]),
        ]
        for (ink, light) in cells {
            let file = GridWriter(width: 8, height: 8).encode(Grid(size: 1, color: .cmyk, samples: ink))
            let output = try #require(try Pixelator(options).pixelate(file).outputs.first)
            #expect(output.contentType == "image/png")
            var again = options
            again.output = .same
            let grid = try Pixelator.reduction(of: output.bytes, again).grids[0]
            let samples =
                grid.color == .gray ? [grid.samples[0], grid.samples[0], grid.samples[0]] : grid.samples
            // JPEG is lossy by a level or two.
            #expect(zip(samples, light).allSatisfy { abs(Int($0) - Int($1)) <= 3 }, "\(ink): \(samples)")
        }
    }

    /// A PNG file with a profile in a zlib stream of stored blocks.
    private static func file(withProfile profile: [UInt8]) -> [UInt8] {
        let grid = Grid(size: 1, color: .rgb, samples: [10, 20, 30])
        return PNGWriter(width: 8, height: 8, attachments: .init(iCCP: PNGWriter.iCCP(profile))).encode(grid)
    }

    /// A profile of 144 bytes, a header and a table with one tag, which libpng finds valid (ICC.1, 7.2 and 7.3).
    private static let profile: [UInt8] = {
        var bytes = [UInt8](repeating: 0, count: 144)
        bytes[3] = 144
        bytes[8] = 2
        bytes.replaceSubrange(12..<24, with: "mntrRGB XYZ ".utf8)
        bytes.replaceSubrange(36..<40, with: "acsp".utf8)
        // The illuminant D50.
        bytes.replaceSubrange(68..<80, with: [0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D])
        bytes[131] = 1
        bytes.replaceSubrange(132..<136, with: "cprt".utf8)
        bytes[139] = 128
        bytes[143] = 16
        return bytes
    }()

    @Test(arguments: [OutputFormatPolicy.jpeg, .webp])
    func `outputs in other formats than PNG have the decompressed profile of a PNG file`(
        _ policy: OutputFormatPolicy
    ) throws {
        var options = SourceFormatTests.options(.upright)
        options.output = policy
        let file = Self.file(withProfile: Self.profile)
        let picture = try Pixelator(options).pixelate(file)
        #expect(picture.damage.isEmpty)
        for output in picture.outputs { #expect(output.bytes.contains(Self.profile)) }
        options.metadata = .reference
        let plain = try Pixelator(options).pixelate(file)
        for output in plain.outputs { #expect(!output.bytes.contains(Self.profile)) }
    }

    @Test func `a profile of a PNG file that is corrupt or too long is dropped and reported`() throws {
        var options = SourceFormatTests.options(.upright)
        options.output = .jpeg
        var long = Self.profile + [UInt8](repeating: 7, count: 2 << 20)
        long.replaceSubrange(0..<4, with: [0, 0x20, 0, 144])
        for profile in [Array(Self.profile.dropLast()), Array("no profile".utf8), long] {
            let picture = try Pixelator(options).pixelate(Self.file(withProfile: profile))
            #expect(picture.damage.map(\.kind) == [.noProfile])
            #expect(!picture.outputs[0].bytes.contains(Array("ICC_PROFILE".utf8)))
        }
    }

    @Test func `animations keep their frames, times and loops in WebP outputs`() throws {
        var random = SplitMix(seed: 3)
        let times = [40, 100, 0, 2000]
        let frames = times.map { time in
            let samples = (0..<16 * 16 * 4).map { _ in UInt8.random(in: 0...255, using: &random) }
            return (grid: Grid(size: 16, color: .rgba, samples: samples), milliseconds: time)
        }
        let file = WebPWriter(width: 16, height: 16).encode(frames: frames, loops: 3)
        var options = SourceFormatTests.options(.upright)
        options.sizes = [8, 16]
        let picture = try Pixelator(options).pixelate(file)
        let limits = WebPLimits(options)
        for output in picture.outputs {
            let header = try WebPHeader(of: output.bytes.span, limits: limits)
            #expect(header.frames.map(\.milliseconds) == times && header.loops == 3)
        }
        // A picture of 16 x 16 pixels is its own grid of that size, so that the output shows the same frames.
        let again = try Pixelator.reduction(of: picture.outputs[1].bytes, options)
        #expect(again.frames.map { $0[1] } == frames.map(\.grid))
        // Other formats and Pillow have the first frame.
        for (policy, output) in [(MetadataPolicy.upright, OutputFormatPolicy.png), (.reference, .same)] {
            options.metadata = policy
            options.output = output
            let still = try Pixelator.reduction(of: file, options)
            #expect(still.frames.count == 1 && still.grids[1] == frames[0].grid)
            #expect(try Pixelator(options).pixelate(file).outputs.count == 2)
        }
        options.limits.frames = 3
        #expect(throws: PixelationError.self) { try Pixelator(options).survey(file) }
    }

    @Test func `animations keep their frames, times and repetitions in GIF and WebP outputs`() throws {
        var random = SplitMix(seed: 3)
        let times = [40, 100, 0, 2000]
        let frames = times.map { time in
            var samples: [UInt8] = []
            for _ in 0..<16 * 16 {
                samples += [.random(in: 0...8, using: &random) * 31, 7, 9]
                samples.append(.random(in: 0...1, using: &random) * 255)
            }
            return GIFWriter.Frame(Grid(size: 16, color: .rgba, samples: samples), milliseconds: time)
        }
        let file = GIFWriter(width: 16, height: 16).encode(frames, loops: 3) {}
        var options = SourceFormatTests.options(.upright)
        options.sizes = [8, 16]
        let source = try Pixelator.reduction(of: file, options)
        #expect(source.frames.count == 4)
        for output in try Pixelator(options).pixelate(file).outputs {
            #expect(output.contentType == "image/gif")
            let header = try GIFHeader(of: output.bytes.span, limits: GIFLimits(options))
            #expect(header.frames.map(\.milliseconds) == times && header.loops == 3)
            // A picture of 16 x 16 pixels is its own grid of that size, so that the output shows the same frames.
            guard output.size == 16 else { continue }
            let again = try Pixelator.reduction(of: output.bytes, options)
            #expect(again.frames.map { $0[1] } == source.frames.map { $0[1] })
        }
        options.output = .webp
        for output in try Pixelator(options).pixelate(file).outputs {
            let header = try WebPHeader(of: output.bytes.span, limits: WebPLimits(options))
            #expect(header.frames.map(\.milliseconds) == times && header.loops == 4)
        }
        // Other formats and Pillow have the first frame.
        for (policy, output) in [(MetadataPolicy.upright, OutputFormatPolicy.png), (.reference, .same)] {
            options.metadata = policy
            options.output = output
            let still = try Pixelator.reduction(of: file, options)
            #expect(still.frames.count == 1 && still.grids[1] == source.grids[1])
            #expect(try Pixelator(options).pixelate(file).outputs.count == 2)
        }
        options = SourceFormatTests.options(.upright)
        options.limits.frames = 3
        let error = #expect(throws: PixelationError.self) { try Pixelator(options).survey(file) }
        #expect(error?.kind == .tooManyFrames)
    }

    @Test(arguments: SourceFormatTests.files)
    func `outputs are in the format of the source or in JPEG or PNG, with the size of the source`(
        _ file: SourceFormatTests.File
    ) throws {
        let found = SourceFormat(file.bytes.span)
        let source = try #require(found)
        for policy in OutputFormatPolicy.allCases {
            var options = SourceFormatTests.options(.upright)
            options.output = policy
            options.sizes = [8, 64]
            let picture = try Pixelator(options).pixelate(file.bytes)
            let format = policy.format(for: source, hasAlpha: file.mode.hasSuffix("+"))
            #expect(picture.ending == policy.ending(for: source, hasAlpha: file.mode.hasSuffix("+")))
            for output in picture.outputs {
                #expect(output.contentType == format.contentType)
                let survey = try Survey(of: output.bytes.span, options: options)
                #expect(survey.format.rawValue.lowercased() == format.rawValue)
                #expect((survey.width, survey.height) == (23, 17))
            }
        }
    }

    /// A PNG output shows the grid of its source: its own grid of the same size is equal.
    @Test(arguments: SourceFormatTests.files.filter { $0.mode != "CMYK" })
    func `PNG outputs have the colours of the grid`(_ file: SourceFormatTests.File) throws {
        var options = SourceFormatTests.options(.reference)
        options.output = .png
        options.sizes = [1]
        let grid = try Pixelator.reduction(of: file.bytes, options).grids[0]
        let output = try #require(try Pixelator(options).pixelate(file.bytes).outputs.first)
        options.metadata = .upright
        let again = try Pixelator.reduction(of: output.bytes, options).grids[0]
        let (found, expected) = (Self.rgba(again), Self.rgba(grid))
        #expect(found[3] == expected[3])
        // The second average multiplies with alpha and divides by it again.
        let tolerance = expected[3] == 255 ? 0 : 255 / max(1, Int(expected[3]))
        let isEqual = zip(found, expected).allSatisfy { abs(Int($0) - Int($1)) <= tolerance }
        #expect(isEqual, "\(found) \(expected)")
    }

    /// Returns the first cell as red, green, blue and alpha; gray of 16 bits as its upper byte.
    private static func rgba(_ grid: Grid) -> [UInt8] {
        let s = grid.samples
        return switch grid.color {
        case .gray, .gray16: [s[0], s[0], s[0], 255]
        case .grayAlpha: [s[0], s[0], s[0], s[1]]
        case .rgb: [s[0], s[1], s[2], 255]
        case .rgba, .cmyk: [s[0], s[1], s[2], s[3]]
        }
    }
}
