// SPDX-License-Identifier: Apache-2.0

import Glibc
import Pixels
import Scripted
import Testing
import WebP

/// The headers of files made of chunks, and the refusals of files that contradict the format or exceed a limit.
@Suite struct WebPHeaderTests {
    private typealias File = ChunkFile

    private func header(_ file: [UInt8], _ limits: WebPLimits = ChunkFile.limits) throws(WebPError)
        -> WebPHeader
    {
        try WebPHeader(of: file.span, limits: limits)
    }

    private func refusal(_ file: [UInt8], _ limits: WebPLimits = ChunkFile.limits) -> WebPError? {
        do throws(WebPError) {
            _ = try WebPHeader(of: file.span, limits: limits)
            return nil
        } catch { return error }
    }

    @Test func `a still picture has the size and the transparency of its bitstream`() throws {
        for hasAlpha in [false, true] {
            let lossless = try header(File.file(File.lossless(16384, 300, hasAlpha: hasAlpha)))
            #expect(lossless.width == 16384 && lossless.height == 300)
            #expect(lossless.hasAlpha == hasAlpha && lossless.color == (hasAlpha ? .rgba : .rgb))
            #expect(lossless.frames.map(\.isLossless) == [true] && !lossless.isAnimated)
        }
        let lossy = try header(File.file(File.lossy(17, 16383)))
        #expect(lossy.width == 17 && lossy.height == 16383 && !lossy.hasAlpha)
        #expect(lossy.frames.map(\.isLossless) == [false] && lossy.frames[0].bitstream == 20..<30)
    }

    @Test func `an extended file has its profile and its orientation`() throws {
        for prefix in [[], Array("Exif\0\0".utf8)] {
            for orientation in 1...8 {
                let file = File.file(
                    File.extended(30, 20, flags: 0x38) + File.chunk("ICCP", [1, 2, 3])
                        + File.chunk("ALPH", [0, 1]) + File.lossy(30, 20)
                        + File.chunk("EXIF", prefix + File.tiff(orientation: UInt8(orientation)))
                        + File.chunk("XMP ", [9]))
                let header = try header(file)
                #expect(header.hasAlpha && header.profile.map { Array(file[$0]) } == [1, 2, 3])
                #expect(header.orientation(in: file.span).rawValue == orientation)
            }
        }
    }

    @Test func `metadata that the flags do not state are ignored`() throws {
        let file = File.file(
            File.extended(30, 20, flags: 0) + File.chunk("ICCP", [1, 2, 3]) + File.lossy(30, 20)
                + File.chunk("EXIF", File.tiff(orientation: 6)))
        let header = try header(file)
        #expect(header.profile == nil && header.orientation(in: file.span) == .upright && !header.hasAlpha)
    }

    @Test func `an animation has its frames, times, repetitions and background`() throws {
        let header = try header(
            File.file(
                File.extended(30, 20, flags: 0x12) + File.animation(loops: 7, background: 0x0102_0304)
                    + File.frame(0, 0, 30, 20, milliseconds: 100, File.lossless(30, 20))
                    + File.frame(
                        4, 2, 5, 6, milliseconds: 0xFF_FFFF, File.chunk("ALPH", [0]) + File.lossy(5, 6))))
        #expect(header.isAnimated && header.loops == 7 && header.background == 0x0102_0304)
        #expect(header.frames.map(\.milliseconds) == [100, 0xFF_FFFF])
        #expect(header.frames.map(\.x) == [0, 4] && header.frames.map(\.y) == [0, 2])
        #expect(header.frames.map(\.width) == [30, 5] && header.frames.map(\.isLossless) == [true, false])
    }

    /// The files and the kinds of their refusals.
    private static let refused: [(WebPError.Kind, [UInt8])] = [
        (.notWebP, []), (.notWebP, Array("RIFF\u{4}\0\0\0WAVE".utf8)),
        (.corrupt, File.file([])),
        (.corrupt, File.file(File.chunk("ICCP", [UInt8](repeating: 0, count: 20)))),
        (.unsupported, File.file(File.lossless(9, 9, version: 1))),
        (.unsupported, File.file(File.lossy(9, 9, tag: 0x18))),
        (.corrupt, File.file(File.lossy(9, 9, tag: 0x11))), (.corrupt, File.file(File.lossy(0, 9))),
        (.corrupt, File.file(File.chunk("VP8L", [0x2E, 0, 0, 0, 0, 0, 0, 0]))),
        (.truncated, File.file(File.lossy(9, 9, tag: 0x30))),
        (.truncated, File.file(File.extended(9, 9, flags: 0))),
        (.corrupt, File.file(File.extended(9, 9, flags: 0) + File.lossy(9, 8))),
        (.corrupt, File.file(File.extended(9, 9, flags: 0) + File.lossy(9, 9) + File.lossy(9, 9))),
        (.corrupt, File.file(File.extended(9, 9, flags: 2) + File.frame(0, 0, 9, 9, File.lossy(9, 9)))),
        (
            .corrupt,
            File.file(
                File.extended(9, 9, flags: 2) + File.animation() + File.frame(2, 0, 9, 9, File.lossy(9, 9)))
        ),
        (
            .corrupt,
            File.file(
                File.extended(9, 9, flags: 2) + File.animation() + File.frame(0, 0, 9, 9, File.lossy(9, 7)))
        ),
        (.corrupt, File.file(File.extended(9, 9, flags: 2) + File.animation() + File.frame(0, 0, 9, 9, []))),
    ]

    @Test func `files that contradict the format are refused with their kinds`() {
        for (number, (kind, file)) in Self.refused.enumerated() {
            #expect(refusal(file)?.kind == kind, "file \(number)")
        }
    }

    @Test func `files that exceed a limit are refused with the limit in little time`() {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        let start = time.tv_sec
        let frame = File.frame(0, 0, 1, 1, File.lossless(1, 1))
        let frames = (0..<65535).flatMap { _ in frame }
        let chunks = (0..<1_000_000).flatMap { _ in File.chunk("ABCD", []) }
        let head = File.extended(16384, 16384, flags: 2) + File.animation()
        let cases: [(WebPError.Kind, [UInt8], String)] = [
            (.tooManyPixels, File.file(File.lossless(16384, 16384)), "50000000"),
            (.tooManyPixels, File.file(File.extended(1 << 24, 1 << 24, flags: 0)), "50000000"),
            (.tooManyFrames, File.file(File.extended(4, 4, flags: 2) + File.animation() + frames), "1000"),
            (
                .tooManyFrames, File.file(File.extended(5000, 5000, flags: 2) + File.animation() + frames),
                "500000000"
            ),
            (.tooManyChunks, File.file(File.extended(4, 4, flags: 0) + chunks + File.lossy(4, 4)), "1000"),
            (
                .tooManyChunks,
                File.file(
                    File.extended(4, 4, flags: 2) + File.animation()
                        + File.frame(0, 0, 4, 4, chunks + File.lossy(4, 4))), "1000"
            ),
            (.tooManyPixels, File.file(head + frames), "50000000"),
        ]
        for (number, (kind, file, limit)) in cases.enumerated() {
            let refusal = refusal(file)
            #expect(refusal?.kind == kind && refusal?.detail.contains(limit) == true, "file \(number)")
        }
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        #expect(time.tv_sec - start < 60)
    }

    @Test func `a file that ends at any byte is refused`() {
        let file = File.file(
            File.extended(9, 9, flags: 0x32) + File.chunk("ICCP", [1, 2, 3]) + File.animation()
                + File.frame(0, 0, 9, 9, File.chunk("ALPH", [1]) + File.lossy(9, 9)))
        for count in 0..<file.count {
            // The length in the file is that of all bytes.
            #expect(refusal(Array(file[..<count]))?.kind == (count < 12 ? .notWebP : .truncated), "\(count)")
            // The length in the file is that of the remaining bytes.
            guard count >= 20 else { continue }
            var cut = Array(file[..<count])
            cut.replaceSubrange(4..<8, with: File.number(count - 8, 4))
            #expect(refusal(cut) != nil, "\(count)")
        }
    }

    @Test func `changed bytes never make a range outside the file`() throws {
        let file = File.file(
            File.extended(9, 9, flags: 0x3A) + File.chunk("ICCP", [1, 2, 3]) + File.animation()
                + File.frame(0, 0, 9, 9, File.chunk("ALPH", [1]) + File.lossy(9, 9))
                + File.chunk("EXIF", File.tiff(orientation: 3)))
        var random = SplitMix(seed: 8)
        for _ in 0..<5000 {
            var changed = file
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            guard let header = try? WebPHeader(of: changed.span, limits: File.limits) else { continue }
            _ = header.orientation(in: changed.span)
            let ranges = [header.profile, header.exif].compactMap { $0 } + header.frames.map(\.bitstream)
            #expect(ranges.allSatisfy { $0.upperBound <= changed.count })
        }
    }
}
