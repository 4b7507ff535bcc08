// SPDX-License-Identifier: Apache-2.0

import Pixelation

extension FileWalk {
    init(png bytes: [UInt8], _ limits: PixelationLimits) {
        self.init(limits)
        readChunks(png: bytes)
    }

    /// Reads the chunks of a PNG file (PNG, third edition, chapter 5).
    private mutating func readChunks(png bytes: [UInt8]) {
        var at = 8
        while at + 12 <= bytes.count {
            guard !exceedsLimit(at: at) else { return }
            let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - at - 12 else { break }
            let name = String(decoding: bytes[at + 4..<at + 8], as: UTF8.self)
            let content = bytes[at + 8..<at + 8 + length]
            switch name {
            case "IHDR", "PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "cICP": break
            case "IDAT": pictureOffset = pictureOffset ?? at
            case "iCCP": profileBytes = length
            case "IEND":
                addTrailing(bytes, from: at + 12 + length)
                return
            case "eXIf": add(.exif, at: at, count: length + 12, "an eXIf chunk")
            case "iTXt" where content.starts(with: "XML:com.adobe.xmp\0".utf8):
                add(.xmp, at: at, count: length + 12, "an XMP packet")
            case "tEXt", "zTXt", "iTXt": add(.comment, at: at, count: length + 12, "the text chunk \(name)")
            case "acTL", "fcTL", "fdAT":
                add(.structure, at: at, count: length + 12, "the animation chunk \(name)")
            default:
                let isName = name.utf8.allSatisfy { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
                add(.metadata, at: at, count: length + 12, isName ? "the chunk \(name)" : "an unknown chunk")
            }
            at += 12 + length
        }
        add(.malformed, at: at, "the file ends before its last chunk")
    }
}
