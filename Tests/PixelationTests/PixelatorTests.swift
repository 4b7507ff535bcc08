// SPDX-License-Identifier: Apache-2.0

import Foundation
import JPEGEncoder
import Pixelation
import Pixels
import Support
import Testing

/// The engine is tested from the bytes of a source to the bytes of its outputs.
@Suite struct PixelatorTests {
    /// Returns a JPEG file that shows `n` x `n` cells of random colours.
    static func picture(_ width: Int = 640, _ height: Int = 480, bands: Int = 3, n: Int = 64) -> [UInt8] {
        var state: UInt32 = 1
        let samples = (0..<n * n * bands).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        return GridWriter(width: width, height: height)
            .encode(Grid(size: n, color: ColorModel(components: bands), samples: samples))
    }

    /// Returns the file `picture` with marker segments inserted after its SOI marker.
    static func with(_ segments: [(marker: UInt8, body: [UInt8])], in picture: [UInt8]) -> [UInt8] {
        var file = Array(picture[..<2])
        for (marker, body) in segments {
            file += [0xFF, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
        }
        return file + picture[2...]
    }

    /// Returns an Exif segment (APP1) whose only tag is the orientation.
    static func exif(_ orientation: UInt8) -> (marker: UInt8, body: [UInt8]) {
        let tiff: [UInt8] = [
            0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0,
            0,
        ]
        return (0xE1, Array("Exif\0\0".utf8) + tiff)
    }

    static func pixelate(
        _ bytes: [UInt8], _ change: (inout PixelationOptions) -> Void = { _ in }
    ) throws -> PixelatedPicture {
        var options = PixelationOptions()
        change(&options)
        return try Pixelator(options).pixelate(bytes)
    }

    /// Returns the kind of the error with which a file is refused; nil if it is pixelated.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - change: Changes the options before the file is pixelated.
    static func kind(
        _ bytes: [UInt8], _ change: (inout PixelationOptions) -> Void = { _ in }
    ) -> PixelationError.Kind? {
        do {
            _ = try pixelate(bytes, change)
            return nil
        } catch {
            return (error as? PixelationError)?.kind
        }
    }

    @Test func `a picture has five outputs in the order of the sizes`() throws {
        let picture = Self.picture()
        let result = try Self.pixelate(picture)
        let survey = try Pixelator(PixelationOptions()).survey(picture)
        #expect(result.outputs.map(\.size) == [8, 16, 32, 48, 64])
        #expect(result.outputs.allSatisfy { $0.contentType == "image/jpeg" })
        #expect(result.outputs.allSatisfy { SourceFormat($0.bytes.span) == .jpeg })
        #expect(survey.width == 640 && survey.height == 480 && result.damage.isEmpty)
    }

    @Test(arguments: [1, 3, 4])
    func `outputs of a picture without metadata are the same under both policies`(_ bands: Int) throws {
        let picture = Self.picture(333, 222, bands: bands)
        let upright = try Self.pixelate(picture).outputs.map(\.bytes)
        let reference = try Self.pixelate(picture) { $0.metadata = .reference }.outputs.map(\.bytes)
        #expect(upright == reference)
    }

    @Test func `the policy upright turns, keeps the profile and drops the comment`() throws {
        let profile: [UInt8] = Array((0..<200).map { UInt8($0) })
        let source = Self.with(
            [
                (0xFE, Array("a secret".utf8)), Self.exif(6),
                (0xE2, Array("ICC_PROFILE\0".utf8) + [1, 1] + profile),
            ], in: Self.picture(64, 32))
        let result = try Self.pixelate(source) { $0.sizes = [8] }
        let output = try #require(result.outputs.first?.bytes)
        let survey = try Pixelator(PixelationOptions()).survey(output)
        #expect(try Pixelator(PixelationOptions()).survey(source).orientation == .rotateRight)
        #expect(survey.width == 32 && survey.height == 64 && survey.orientation == .upright)
        #expect(output.contains(profile))
        #expect(!output.contains(Array("a secret".utf8)))
        #expect(!output.contains(Array("Exif".utf8)))
    }

    @Test func `the policy reference keeps the last comment and nothing else`() throws {
        let source = Self.with(
            [(0xFE, Array("first".utf8)), Self.exif(6), (0xFE, Array("last".utf8))], in: Self.picture(64, 32))
        let output = try #require(
            try Self.pixelate(source) {
                $0.metadata = .reference
                $0.sizes = [8]
            }.outputs.first?.bytes)
        let survey = try Pixelator(PixelationOptions()).survey(output)
        #expect(survey.width == 64 && survey.height == 32)
        #expect(output.contains([0xFF, 0xFE, 0, 6] + Array("last".utf8)))
        #expect(!output.contains(Array("first".utf8)))
    }

    @Test func `other formats are refused by name`() {
        let files: [(String, [UInt8])] = [
            ("JPEG XL", [0xFF, 0x0A]), ("ISO media", [0, 0, 0, 24] + Array("ftypisom....".utf8)),
        ]
        for (name, bytes) in files {
            let error = #expect(throws: PixelationError.self) { try Self.pixelate(bytes) }
            #expect(error?.kind == .unsupportedFormat)
            #expect(error?.description.contains(name) == true)
        }
        #expect(Self.kind([]) == .notAnImage)
        #expect(Self.kind(Array("hello world, I am no picture".utf8)) == .notAnImage)
    }

    @Test func `a picture beyond a limit is refused as the kind of the limit`() {
        let picture = Self.picture()
        #expect(Self.kind(picture) { $0.limits.bytes = picture.count - 1 } == .tooManyBytes)
        #expect(Self.kind(picture) { $0.limits.pixels = 640 * 480 - 1 } == .tooManyPixels)
        #expect(Self.kind(picture) { $0.limits.pixels = 640 * 480 } == nil)
        #expect(Self.kind(picture) { $0.limits.scanWork = 640 * 480 - 1 } == .tooManyScans)
        #expect(Self.kind(picture) { $0.limits.markers = 3 } == .tooManyMarkers)
        #expect(Self.kind(picture) { $0.limits.memoryBytes = 1000 } == .tooMuchMemory)
    }

    @Test func `a file cut anywhere is refused as truncated`() {
        let picture = Self.picture(80, 60)
        // The file is cut at every byte of its header and at some bytes of its data.
        for end in (0..<picture.count).filter({ $0 < 700 || $0 % 97 == 0 }) {
            let kind = Self.kind(Array(picture[..<end])) { $0.sizes = [8] }
            #expect(kind == .truncated || (end < 3 && kind == .notAnImage), "cut at \(end): \(kind as Any)")
        }
    }

    @Test func `the policy accept pixelates a file cut in the middle`() throws {
        let picture = Self.picture()
        let result = try Self.pixelate(Array(picture[..<(picture.count / 2)])) { $0.truncated = .accept }
        #expect(result.damage.map(\.kind).contains(.truncated) && result.outputs.count == 5)
        #expect(Self.kind(Array(picture.dropLast(2))) == .truncated)
    }

    @Test func `a file with changed bytes is pixelated or refused, never an internal error`() {
        let picture = Self.picture(60, 40)
        var state: UInt32 = 7
        for _ in 0..<200 {
            var broken = picture
            for _ in 0..<3 {
                state = state &* 1_664_525 &+ 1_013_904_223
                broken[Int(state >> 8) % broken.count] = UInt8(state & 255)
            }
            for policy in TruncationPolicy.allCases {
                let kind = Self.kind(broken) {
                    $0.truncated = policy
                    $0.sizes = [8]
                    $0.limits.pixels = 1_000_000
                }
                #expect(kind != .internal)
            }
        }
    }

    @Test func `a picture that takes longer than the time limit is stopped`() {
        let picture = Self.picture()
        var options = PixelationOptions()
        options.limits.seconds = 0
        let error = #expect(throws: PixelationError.self) {
            try Pixelator.inProcess(options).pixelate(picture)
        }
        #expect(error?.kind == .deadline)
        #expect(Self.kind(picture) { $0.limits.seconds = 60 } == nil)
    }

    @Test func `a picture cancelled before it begins is not pixelated`() {
        let picture = Self.picture()
        let cancellation = Cancellation()
        cancellation.cancel()
        for seconds in [0, 60] {
            var options = PixelationOptions()
            options.limits.seconds = seconds
            let error = #expect(throws: PixelationError.self) {
                try Pixelator(options).pixelate(picture, cancellation: cancellation)
            }
            #expect(error?.kind == .cancelled)
        }
    }

    @Test func `cancelling from another thread stops a picture that is being decoded`() async {
        let picture = Self.picture(3000, 3000)
        let cancellation = Cancellation()
        let work = Task.detached { () -> PixelationError.Kind? in
            while true {
                do {
                    _ = try Pixelator(PixelationOptions()).pixelate(picture, cancellation: cancellation)
                } catch {
                    return (error as? PixelationError)?.kind
                }
            }
        }
        cancellation.cancel()
        #expect(await work.value == .cancelled)
    }

    @Test func `the survey of another file is an error, or does not matter`() throws {
        let pixelator = Pixelator.inProcess(PixelationOptions())
        let turned = Self.with([Self.exif(6)], in: Self.picture(64, 32))
        let survey = try pixelator.survey(turned)
        func kind(_ bytes: [UInt8], _ survey: Survey) -> PixelationError.Kind? {
            let error = #expect(throws: PixelationError.self) {
                try pixelator.pixelate(bytes, survey: survey)
            }
            return error?.kind
        }
        #expect(kind(turned + [0], survey) == .internal)
        #expect(kind([], survey) == .internal)
        let foreign = Survey(format: .jpeg, width: 64, height: 32, workingSetBytes: 1)
        #expect(kind(turned, foreign) == .internal)
        // The files have equally many bytes, but their pictures another size: the decoder reports the difference.
        let lines = Self.with([Self.exif(6)], in: Self.picture(32, 64))
        let short = min(lines.count, turned.count)
        let padded = [lines, turned].map { $0 + [UInt8](repeating: 0, count: short + 4096 - $0.count) }
        #expect(kind(padded[0], try pixelator.survey(padded[1])) == .corrupt)
        // The files have equally many bytes, and their pictures the same size: the picture is that of the bytes.
        let other = Self.with([Self.exif(8)], in: Self.picture(64, 32))
        let outputs = try pixelator.pixelate(other, survey: survey).outputs
        #expect(outputs == (try pixelator.pixelate(turned, survey: survey).outputs))
    }

    @Test func `a survey predicts memory and throws the error of pixelating`() throws {
        let small = try Pixelator(PixelationOptions()).survey(Self.picture(100, 100))
        let large = try Pixelator(PixelationOptions()).survey(Self.picture(4000, 3000))
        #expect(small.workingSetBytes < large.workingSetBytes)
        #expect(large.workingSetBytes < 16 << 20)
        #expect(throws: PixelationError.self) { try Pixelator(PixelationOptions()).survey([UInt8]()) }
    }
}
