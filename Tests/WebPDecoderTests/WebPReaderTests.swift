// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import CPlainWebP
import Glibc
import Pixels
import Scripted
import Support
import Testing
import WebP
import WebPDecoder
import WebPEncoder

/// The rows of `WebPReader` are compared with pictures that are decoded at once, and with canvases as the format says.
@Suite struct WebPReaderTests {
    @Test func `rows of still pictures are those of a decoder that decodes them at once`() throws {
        var random = SplitMix(seed: 1)
        for round in 0..<24 {
            let (width, height) =
                round == 0
                ? (700, 500)
                : (Int.random(in: 1...90, using: &random), Int.random(in: 1...90, using: &random))
            let levels: [UInt8] = round % 2 == 0 ? [255] : [0, 255, 17, 200]
            let picture = PlainPicture(width, height, alpha: { levels[$0 % levels.count] }, &random)
            for quality in [nil, 3, 80, 100] as [Float?] {
                let file = picture.file(quality: quality)
                let frames = try PlainPicture.read(file)
                #expect(frames.count == 1 && frames[0].milliseconds == 0)
                #expect(frames[0].rows == picture.decoded(file), "\(width) x \(height), \(quality ?? -1)")
                if quality == nil { #expect(frames[0].rows == picture.pixels) }
                let header = try WebPHeader(of: file.span, limits: PlainPicture.limits)
                #expect(header.hasAlpha == (levels.count > 1 && width * height > 1 || levels[0] < 255))
            }
        }
    }

    @Test func `rows of animations are the canvases that the format says`() throws {
        var random = SplitMix(seed: 2)
        for round in 0..<40 {
            let animation = PlainAnimation(frames: Int.random(in: 1...6, using: &random), &random)
            let header = try WebPHeader(of: animation.file.span, limits: PlainPicture.limits)
            #expect(header.width == animation.width && header.height == animation.height)
            #expect(header.isAnimated && header.loops == 3)
            let frames = try PlainPicture.read(animation.file)
            #expect(frames.map(\.milliseconds) == animation.milliseconds, "round \(round)")
            for (index, frame) in frames.enumerated() {
                #expect(
                    Self.visible(frame.rows) == Self.visible(animation.canvases[index]),
                    "round \(round), frame \(index)")
                let changed = header.changedRows(index)
                #expect(index > 0 || changed == 0..<header.height)
                for y in 0..<header.height where !changed.contains(y) {
                    let row = 4 * header.width * y..<4 * header.width * (y + 1)
                    #expect(
                        frame.rows[row] == frames[index - 1].rows[row],
                        "round \(round), frame \(index), row \(y)")
                }
            }
        }
    }

    /// Returns the pixels with 0 in place of the colours of transparent ones, which nobody sees.
    private static func visible(_ pixels: [UInt8]) -> [UInt8] {
        var pixels = pixels
        for at in stride(from: 0, to: pixels.count, by: 4) where pixels[at + 3] == 0 {
            pixels.replaceSubrange(at..<at + 4, with: [0, 0, 0, 0])
        }
        return pixels
    }

    @Test func `a file that ends at any byte is refused`() {
        var random = SplitMix(seed: 3)
        let picture = PlainPicture(20, 13, alpha: { UInt8(truncatingIfNeeded: $0) }, &random)
        let files = [
            picture.file(quality: nil), picture.file(quality: 50),
            PlainPicture(20, 13, &random).file(quality: 50), PlainAnimation(frames: 2, &random).file,
        ]
        for (number, file) in files.enumerated() {
            #expect(PlainPicture.refusal(file) == nil)
            for count in 0..<file.count {
                let cut = Array(file[..<count])
                let kind = PlainPicture.refusal(cut)?.kind
                #expect(kind == (count < 12 ? .notWebP : .truncated), "file \(number), \(count) bytes")
            }
        }
    }

    @Test func `changed bytes make other pixels or an error`() {
        var random = SplitMix(seed: 4)
        let picture = PlainPicture(40, 33, alpha: { UInt8(truncatingIfNeeded: $0) }, &random)
        let files = [
            picture.file(quality: nil), picture.file(quality: 50), PlainAnimation(frames: 3, &random).file,
        ]
        var refused = 0
        for round in 0..<600 {
            var file = files[round % files.count]
            for _ in 0..<3 {
                file[Int.random(in: 0..<file.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            refused += PlainPicture.refusal(file) == nil ? 0 : 1
        }
        #expect(refused > 100 && refused < 600)
    }

    @Test func `a deadline and a cancellation end decoding`() throws {
        var random = SplitMix(seed: 5)
        let still = PlainPicture(600, 400, &random).file(quality: 90)
        let animation = PlainAnimation(frames: 2, &random).file
        for file in [still, animation] {
            #expect(PlainPicture.refusal(file, deadline: .now)?.kind == .deadline)
            #expect(PlainPicture.refusal(file, deadline: .now.advanced(by: .seconds(600))) == nil)
            let header = try WebPHeader(of: file.span, limits: PlainPicture.limits)
            let cancellation = Cancellation()
            try file.withUnsafeBufferPointer { bytes in
                var reader = try WebPReader(
                    bytes, header: header, limits: PlainPicture.limits, cancellation: cancellation)
                cancellation.cancel()
                let error = #expect(throws: WebPError.self) { _ = try reader.nextFrame() }
                #expect(error?.kind == .cancelled)
            }
        }
        // The cancellation during a lossy still picture.
        let header = try WebPHeader(of: still.span, limits: PlainPicture.limits)
        let cancellation = Cancellation()
        var row = [UInt8](repeating: 0, count: header.width * 4)
        var kind: WebPError.Kind?
        try still.withUnsafeBufferPointer { bytes in
            var reader = try WebPReader(
                bytes, header: header, limits: PlainPicture.limits, cancellation: cancellation)
            _ = try reader.nextFrame()
            do throws(WebPError) {
                for _ in 0..<header.height {
                    try row.withUnsafeMutableBufferPointer { (row) throws(WebPError) in
                        try reader.readRow(row)
                    }
                    cancellation.cancel()
                }
            } catch { kind = error.kind }
        }
        #expect(kind == .cancelled)
    }

    @Test func `decoding takes no more memory than the header predicts`() throws {
        guard allocation_count_works() else { return }
        var random = SplitMix(seed: 6)
        let picture = PlainPicture(1300, 1000, alpha: { UInt8(truncatingIfNeeded: $0) }, &random)
        let opaque = PlainPicture(1300, 1000, &random)
        let grid = Grid(size: 2, color: .rgb, samples: (0..<12).map { UInt8($0 * 20) })
        let frames = WebPWriter(width: 1300, height: 1000).encode(
            frames: [(grid, 10), (Grid(size: 2, color: .rgb, samples: .init(repeating: 3, count: 12)), 5)],
            loops: 0)
        let files = [
            picture.file(quality: nil), picture.file(quality: 60), opaque.file(quality: nil),
            opaque.file(quality: 60), frames,
        ]
        for (number, file) in files.enumerated() {
            let header = try WebPHeader(of: file.span, limits: PlainPicture.limits)
            var row = [UInt8](repeating: 0, count: header.width * 4)
            allocation_count_begin()
            try file.withUnsafeBufferPointer { bytes in
                var reader = try WebPReader(bytes, header: header, limits: PlainPicture.limits)
                for _ in header.frames {
                    _ = try reader.nextFrame()
                    for _ in 0..<header.height {
                        try row.withUnsafeMutableBufferPointer { try reader.readRow($0) }
                    }
                }
            }
            let peak = allocation_count_peak()
            #expect(peak <= header.workingSetBytes, "file \(number): \(peak), \(header.workingSetBytes)")
            #expect(peak * 4 > header.workingSetBytes, "file \(number): \(peak), \(header.workingSetBytes)")
        }
    }

    @Test func `a huge picture of few bytes takes little time and memory`() throws {
        let grid = Grid(size: 1, color: .rgb, samples: [1, 2, 3])
        let bomb = WebPWriter(width: 7000, height: 4500).encode(grid)
        #expect(bomb.count < 200)
        var limits = PlainPicture.limits
        #expect(PlainPicture.refusal(bomb, limits: limits) == nil)
        limits.memoryBytes = 200 << 20
        #expect(PlainPicture.refusal(bomb, limits: limits)?.kind == .tooMuchMemory)
        limits.pixels = 1_000_000
        #expect(PlainPicture.refusal(bomb, limits: limits)?.kind == .tooManyPixels)
    }
}
