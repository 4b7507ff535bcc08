// SPDX-License-Identifier: Apache-2.0

import Pixelation

extension FileWalk {
    /// A colour table.
    private struct Palette {
        var range: Range<Int>
        /// The indices that pixels have.
        var used = [Bool](repeating: false, count: 256)

        init(_ flags: UInt8, at offset: Int) {
            range = offset..<offset + (flags & 0x80 == 0 ? 0 : 6 << Int(flags & 7))
        }

        mutating func use(_ indices: [Bool]) { used = zip(used, indices).map { $0 || $1 } }
    }

    init(gif bytes: [UInt8], _ limits: PixelationLimits) {
        self.init(limits)
        readBlocks(bytes)
    }

    /// Reads the blocks of a GIF file (GIF89a specification).
    private mutating func readBlocks(_ bytes: [UInt8]) {
        guard bytes.count >= 13 else { return add(.malformed, at: 0, "the file ends in its header") }
        var palette = Palette(bytes[10], at: 13)
        var at = palette.range.upperBound
        var frames = 0
        while at < bytes.count {
            guard !exceedsLimit(at: at) else { return }
            let start = at
            switch bytes[at] {
            case 0x3B:
                examine(palette, bytes)
                return addTrailing(bytes, from: at + 1)
            case 0x2C:
                guard let end = readFrame(bytes, at, &palette) else {
                    return add(.malformed, at: start, "a frame that is incomplete or has an unknown code")
                }
                at = end
                frames += 1
                guard frames <= limits.frames else {
                    let error = PixelationError(.tooManyFrames, limit: "more than \(limits.frames) frames")
                    return findings.append(Finding(error, at: start))
                }
            case 0x21:
                guard let end = Self.end(ofSubBlocks: at + 2, bytes) else {
                    return add(.malformed, at: start, "an extension that is incomplete")
                }
                readExtension(bytes, start, end)
                at = end
            default:
                return add(.malformed, at: at, "a byte that begins no block")
            }
        }
        add(.malformed, at: bytes.count, "the file ends before its trailer")
    }

    /// Returns the offset behind sub-blocks and their terminator; nil if the file ends before it.
    private static func end(ofSubBlocks start: Int, _ bytes: [UInt8]) -> Int? {
        var at = start
        while at < bytes.count {
            let length = Int(bytes[at])
            at += 1 + length
            if length == 0 { return at }
        }
        return nil
    }

    /// Reads a frame and returns the offset behind it; nil if it is incomplete.
    private mutating func readFrame(_ bytes: [UInt8], _ start: Int, _ global: inout Palette) -> Int? {
        pictureOffset = pictureOffset ?? start
        guard start + 10 < bytes.count else { return nil }
        func word(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
        var local = Palette(bytes[start + 9], at: start + 10)
        let data = GIFImageData(bytes, at: local.range.upperBound)
        guard data.isComplete, let end = data.end else { return nil }
        if let tail = data.tail {
            add(.encoding, at: tail, count: end - tail, "data behind the end of the codes of a frame")
        }
        if data.pixels != word(start + 5) * word(start + 7) {
            add(
                .encoding, at: start, count: end - start,
                "a frame with codes of more or fewer pixels than it has")
        }
        if local.range.isEmpty {
            global.use(data.used)
        } else {
            local.use(data.used)
            examine(local, bytes)
        }
        return end
    }

    /// The number of colours without a pixel that a table of 256 colours may have. They stand for more colours, and are
    /// chosen before it is known which pixels change from frame to frame.
    private static let sparedColors = 16

    /// Adds a finding for colours of a table that no pixel has. Outputs have zeros there.
    private mutating func examine(_ palette: Palette, _ bytes: [UInt8]) {
        guard palette.range.upperBound <= bytes.count else { return }
        let unused = (0..<palette.range.count / 3).filter { index in
            let at = palette.range.lowerBound + 3 * index
            return !palette.used[index] && bytes[at..<at + 3].contains { $0 != 0 }
        }
        let isFull = palette.range.count == 768
        guard let first = unused.first, unused.count > (isFull ? Self.sparedColors : 0) else { return }
        add(
            .structure, at: palette.range.lowerBound + 3 * first, count: 3 * unused.count,
            "colours of a palette that no pixel has")
    }

    private mutating func readExtension(_ bytes: [UInt8], _ start: Int, _ end: Int) {
        let content = bytes[start + 2..<end]
        let count = end - start
        let repetitions = [11] + Array("NETSCAPE2.0".utf8) + [3, 1]
        switch bytes[start + 1] {
        case 0xF9 where count == 8: break
        case 0xFE: add(.comment, at: start, count: count, "a comment")
        case 0xFF where content.starts(with: repetitions) && count == 19: break
        case 0xFF where content.dropFirst().starts(with: "XMP DataXMP".utf8):
            add(.xmp, at: start, count: count, "an XMP packet")
        case 0x01: add(.comment, at: start, count: count, "a plain text extension")
        default: add(.metadata, at: start, count: count, "an extension that outputs do not have")
        }
    }
}
