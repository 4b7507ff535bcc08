// SPDX-License-Identifier: Apache-2.0

import CPlainGIF
import Digests
import GIF
import GIFDecoder
import Pixels
import Scripted
import Support
import Testing

/// Small files with frames of every kind, with the frames that Pillow composes.
@Suite struct AnimationTests {
    @Test func `animations.txt has still pictures and animations of every colour model`() {
        #expect(Set(AnimationFile.all.map(\.mode)) == ["L", "LA", "RGB", "RGBA"])
        #expect(AnimationFile.all.filter { $0.milliseconds.count > 1 }.count > 50)
    }

    @Test(arguments: AnimationFile.all)
    func `composed frames, durations and repetitions are those of Pillow`(_ file: AnimationFile) throws {
        let (header, frames, wasTruncated) = try decode(file.bytes)
        #expect("\(header.width)x\(header.height)" == file.size)
        #expect(header.layout == ["L": .gray, "LA": .grayAlpha, "RGB": .rgbx, "RGBA": .rgba][file.mode])
        #expect(header.frames.map(\.milliseconds) == file.milliseconds)
        #expect(header.loops == file.loops)
        #expect(!wasTruncated && !header.isTruncated)
        let all = frames.flatMap { samples($0, header.layout) }
        #expect(Hex.encode(SHA256.digest(all)) == file.digest)
    }

    @Test(arguments: AnimationFile.all)
    func `rows outside of the changed ones are those of the frame before`(_ file: AnimationFile) throws {
        let (header, frames, _) = try decode(file.bytes)
        var reader = GIFReader(file.bytes.span, header, acceptsTruncated: false)
        let width = header.width * header.layout.stride
        for index in header.frames.indices {
            reader.beginFrame(file.bytes.span)
            while try reader.decode(file.bytes.span) {}
            #expect(index > 0 || reader.changedRows == 0..<header.height)
            for y in 0..<header.height where !reader.changedRows.contains(y) {
                let row = width * y..<width * (y + 1)
                #expect(
                    samples(Array(frames[index][row]), header.layout)
                        == samples(Array(frames[index - 1][row]), header.layout), "frame \(index), row \(y)")
            }
        }
    }

    @Test func `some rows of some animations do not change`() throws {
        let counts = try AnimationFile.all.map { file in
            let header = try decode(file.bytes).header
            var reader = GIFReader(file.bytes.span, header, acceptsTruncated: false)
            return try header.frames.reduce(0) { count, _ in
                reader.beginFrame(file.bytes.span)
                while try reader.decode(file.bytes.span) {}
                return count + header.height - reader.changedRows.count
            }
        }
        #expect(counts.filter { $0 > 0 }.count > 20)
    }

    /// Returns the samples of pixels as Pillow has them.
    private func samples(_ pixels: [UInt8], _ layout: PixelLayout) -> [UInt8] {
        switch layout {
        case .grayAlpha: pixels.indices.filter { [0, 3].contains($0 % 4) }.map { pixels[$0] }
        case .rgbx: pixels.indices.filter { $0 % 4 < 3 }.map { pixels[$0] }
        default: pixels
        }
    }

    @Test(arguments: AnimationFile.all)
    func `a file that is read as a still picture has the first frame alone`(_ file: AnimationFile) throws {
        let whole = try decode(file.bytes)
        var limits = GIFLimits.small
        limits.isStill = true
        limits.framePixels = 0
        let still = try decode(file.bytes, limits: limits)
        // The first frame of an animation in colours can be gray.
        let isGray = still.header.layout.color.hasColor == whole.header.layout.color.hasColor
        #expect(still.frames.count == 1 && (!isGray || still.frames[0] == whole.frames[0]))
    }

    @Test(arguments: AnimationFile.all)
    func `giflib finds the same frames`(_ file: AnimationFile) throws {
        // giflib refuses bytes between blocks, and it requires the trailer.
        guard !file.name.hasSuffix("bytes-between"), file.bytes.last == 0x3B,
            let gif = plain_gif_open(file.bytes, file.bytes.count)
        else { return }
        defer { plain_gif_close(gif) }
        let header = try GIFHeader(of: file.bytes.span, limits: .small)
        var (width, height, count): (Int32, Int32, Int32) = (0, 0, 0)
        plain_gif_size(gif, &width, &height, &count)
        #expect(header.frames.count == Int(count))
        for (index, frame) in header.frames.enumerated() {
            let plain = plain_gif_at(gif, Int32(index))
            #expect(frame.left == Int(plain.left) && frame.top == Int(plain.top))
            #expect(frame.width == Int(plain.width) && frame.height == Int(plain.height))
            #expect(frame.transparentIndex.map(Int32.init) ?? -1 == plain.transparent)
            #expect(frame.isInterlaced == plain.is_interlaced)
            #expect(plain.disposal == 0 || frame.disposal == Int(plain.disposal))
        }
    }
}
