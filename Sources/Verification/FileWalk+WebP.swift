// SPDX-License-Identifier: Apache-2.0

import Pixelation

extension FileWalk {
    init(webp bytes: [UInt8], _ limits: PixelationLimits) {
        self.init(limits)
        readFile(bytes)
    }

    /// Reads the chunks of a WebP file (WebP Container Specification).
    private mutating func readFile(_ bytes: [UInt8]) {
        guard bytes.count >= 12 else { return add(.malformed, at: 0, "the file ends in its header") }
        let end = 8 + Self.number(bytes, at: 4)
        guard end >= 12 else {
            return add(.malformed, at: 4, count: 4, "a header that states an end within the header")
        }
        guard end <= bytes.count else {
            return add(.malformed, at: bytes.count, "the file ends before the end that its header states")
        }
        readChunks(bytes, 12..<end, isFrame: false)
        guard findings.last?.kind != .limit else { return }
        addTrailing(bytes, from: end)
        if pictureOffset == nil, findings.isEmpty { add(.malformed, at: 12, "no picture") }
    }

    /// Returns the number of 4 bytes, of which the first is the lowest.
    private static func number(_ bytes: [UInt8], at offset: Int) -> Int {
        bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// Reads chunks, and those that frames contain.
    private mutating func readChunks(_ bytes: [UInt8], _ range: Range<Int>, isFrame: Bool) {
        var at = range.lowerBound
        while at + 8 <= range.upperBound {
            guard !exceedsLimit(at: at) else { return }
            let length = Self.number(bytes, at: at + 4)
            guard length <= range.upperBound - at - 8 else { break }
            let name = String(decoding: bytes[at..<at + 4], as: UTF8.self)
            let whole = 8 + length
            switch name {
            case "VP8X", "ANIM": break
            case "VP8L": pictureOffset = pictureOffset ?? at
            case "ANMF" where length >= 16 && !isFrame:
                readChunks(bytes, at + 24..<at + whole, isFrame: true)
                guard findings.last?.kind != .limit else { return }
            case "ICCP":
                profileBytes = length
                if !ColorProfile.isWhole(bytes[at + 8..<at + whole]) {
                    add(
                        .profile, at: at, count: whole,
                        "an ICC profile whose length is not the one that it states")
                }
            case "EXIF": add(.exif, at: at, count: whole, "an EXIF chunk")
            case "XMP ": add(.xmp, at: at, count: whole, "an XMP chunk")
            case "VP8 ", "ALPH":
                add(.coding, at: at, count: whole, "a lossy picture, which outputs do not have")
            default: add(.metadata, at: at, count: whole, "an unknown chunk")
            }
            at += whole + length % 2
        }
        // The last byte of a chunk of an odd length may be missing.
        if at < range.upperBound {
            add(.malformed, at: at, count: range.upperBound - at, "bytes that are no whole chunk")
        }
    }
}
