// SPDX-License-Identifier: Apache-2.0

import GIF
import Scripted
import Testing

/// The limits of a file, and files that contradict the format.
@Suite struct GIFHeaderTests {
    /// Returns the kind of the error with which a file is refused; nil if it is read.
    ///
    /// - Parameter change: Changes the limits before.
    static func refusal(
        _ file: GIFFile, _ change: (inout GIFLimits) -> Void = { _ in }
    ) -> GIFError.Kind? {
        var limits = GIFLimits.small
        change(&limits)
        do throws(GIFError) {
            _ = try GIFHeader(of: file.bytes.span, limits: limits)
            return nil
        } catch {
            return error.kind
        }
    }

    static func frames(_ count: Int, width: Int = 4, height: Int = 3) -> GIFFile {
        (0..<count).reduce(GIFFile(width: width, height: height)) { file, _ in
            file.control().level(width: width, height: height)
        }.trailer
    }

    @Test func `a file with more frames than allowed is refused, but not as a still picture`() {
        let file = Self.frames(6)
        #expect(Self.refusal(file) { $0.frames = 6 } == nil)
        #expect(Self.refusal(file) { $0.frames = 5 } == .tooManyFrames)
        #expect(Self.refusal(file) { ($0.frames, $0.isStill) = (5, true) } == nil)
    }

    @Test func `the pixels of all frames are limited, for the larger of canvas and frame`() {
        let file = Self.frames(16)
        #expect(Self.refusal(file) { $0.framePixels = 192 } == nil)
        #expect(Self.refusal(file) { $0.framePixels = 191 } == .tooManyFrames)
        let larger = GIFFile(width: 4, height: 3).level(width: 4, height: 3).level(width: 40, height: 30)
        #expect(Self.refusal(larger) { $0.framePixels = 12000 } == nil)
        #expect(Self.refusal(larger) { $0.framePixels = 11999 } == .tooManyFrames)
        // One frame is limited by its pixels alone.
        #expect(Self.refusal(Self.frames(1)) { $0.framePixels = 1 } == nil)
    }

    @Test func `a canvas or a frame with more pixels than allowed is refused`() {
        #expect(Self.refusal(Self.frames(1)) { $0.pixels = 12 } == nil)
        #expect(Self.refusal(Self.frames(1)) { $0.pixels = 11 } == .tooManyPixels)
        let wide = GIFFile(width: 4, height: 3).descriptor(left: 65500, top: 0, width: 1, height: 1)
        #expect(Self.refusal(wide) { $0.pixels = .max } == .tooManyPixels)
        let frame = GIFFile(width: 4, height: 3).level(width: 4, height: 3)
            .descriptor(width: 65535, height: 65535)
        #expect(Self.refusal(frame) == .tooManyPixels)
        let screen = GIFFile(width: 65535, height: 65535).level(width: 4, height: 3)
        #expect(Self.refusal(screen) == .tooManyPixels)
    }

    @Test func `a million extension blocks are refused, one for each frame is not counted`() {
        let text = (0..<1_000_000).reduce(into: [UInt8]()) { bytes, _ in bytes += [0x21, 0xFE, 0] }
        let file = GIFFile(width: 4, height: 3).raw(text).level(width: 4, height: 3).trailer
        #expect(Self.refusal(file) == .tooManyBlocks)
        #expect(Self.refusal(Self.frames(6)) { $0.blocks = 0 } == nil)
        let two = GIFFile(width: 4, height: 3).control().block(0xFE).level(width: 4, height: 3).trailer
        #expect(Self.refusal(two) { $0.blocks = 1 } == nil)
        #expect(Self.refusal(two) { $0.blocks = 0 } == .tooManyBlocks)
    }

    @Test func `a frame without pixels is refused`() {
        for (width, height) in [(0, 0), (0, 3), (4, 0)] {
            let first = GIFFile(width: 4, height: 3).descriptor(width: width, height: height).raw([0])
            #expect(Self.refusal(first.trailer) == .corrupt)
            let second = GIFFile(width: 4, height: 3).level(width: 4, height: 3)
                .descriptor(width: width, height: height).raw([0])
            #expect(Self.refusal(second.trailer) == .corrupt)
        }
    }

    @Test func `a file without a picture is refused`() {
        #expect(Self.refusal(GIFFile(width: 4, height: 3).trailer) == .corrupt)
        #expect(Self.refusal(GIFFile(width: 4, height: 3).control().trailer) == .corrupt)
        #expect(Self.refusal(GIFFile(width: 4, height: 3).raw([0x2C, 0])) == .truncated)
    }

    @Test(arguments: [0, 9, 12, 255] as [UInt8])
    func `literal codes of 1 to 8 bits are read alone`(_ bits: UInt8) {
        let file = GIFFile(width: 4, height: 3).descriptor(width: 4, height: 3, bits: bits).raw([0])
        #expect(Self.refusal(file.trailer) == .corrupt)
    }

    @Test func `sub-blocks of other extensions are skipped, whatever they contain`() throws {
        let data = [UInt8](repeating: 0x2C, count: 255)
        let file = GIFFile(width: 4, height: 3).block(0xFF, data).block(0x01, data).block(0xFE, [0x3B])
            .block(0xFF, Array("XMP DataXMP".utf8)).block(0xF9, [1, 2]).level(width: 4, height: 3).trailer
        let header = try GIFHeader(of: file.bytes.span, limits: .small)
        #expect(header.frames.count == 1 && header.frames[0].transparentIndex == nil && header.loops == nil)
    }

    @Test func `the memory of the decoder is that of indices and canvas`() throws {
        let still = try GIFHeader(of: Self.frames(1, width: 100, height: 90).bytes.span, limits: .small)
        #expect((9000...9000 + 131072).contains(still.workingSetBytes))
        let moving = try GIFHeader(of: Self.frames(2, width: 100, height: 90).bytes.span, limits: .small)
        #expect(moving.workingSetBytes - still.workingSetBytes == 4 * 9000)
        let restored = GIFFile(width: 100, height: 90).control(disposal: 3).level(width: 9, height: 9)
            .level(width: 100, height: 90).trailer
        let header = try GIFHeader(of: restored.bytes.span, limits: .small)
        // The second frame states no disposal and has that of the first.
        #expect(header.workingSetBytes - moving.workingSetBytes == 4 * 9000)
    }
}
