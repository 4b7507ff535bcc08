// SPDX-License-Identifier: Apache-2.0

/// The parser of the chunks of a WebP file (WebP Container Specification). It compares every length with the length of
/// the file, before libwebp reads the file.
struct WebPParser {
    /// A chunk: its four characters as a number, the first of them highest, and the byte range of its data.
    private struct Chunk {
        var name: UInt32
        var data: Range<Int>
    }

    private let limits: WebPLimits
    /// The index after the last byte of the RIFF chunk.
    private var end = 0
    /// The number of chunks that are no frames and no bitstreams.
    private var chunks = 0

    /// Returns the header of a file.
    ///
    /// - Throws: `WebPError` of kind `notWebP`, `unsupported`, `corrupt`, `truncated`, `tooManyPixels`, `tooManyFrames`
    ///   or `tooManyChunks`.
    static func parse(_ bytes: Span<UInt8>, limits: WebPLimits) throws(WebPError) -> WebPHeader {
        var parser = WebPParser(limits: limits)
        return try parser.run(bytes)
    }

    private init(limits: WebPLimits) { self.limits = limits }

    private mutating func run(_ bytes: Span<UInt8>) throws(WebPError) -> WebPHeader {
        guard bytes.count >= 12, Self.name(0, bytes) == Self.riff, Self.name(8, bytes) == Self.webp else {
            throw WebPError(.notWebP, "the file does not begin with RIFF and WEBP")
        }
        let length = Self.number(4, 4, bytes)
        guard length >= 12 else {
            throw WebPError(
                .corrupt, "the file states a length of \(length) bytes, which contains no picture")
        }
        guard 8 + length <= bytes.count else {
            throw WebPError(
                .truncated, "the file states a length of \(8 + length) bytes, and has \(bytes.count)")
        }
        end = 8 + length
        var at = 12
        let first = try chunk(&at, end: end, bytes)
        switch first.name {
        case Self.vp8, Self.vp8l:
            let picture = try bitstream(first, bytes)
            var header = WebPHeader(
                width: picture.width, height: picture.height, hasAlpha: picture.hasAlpha, isAnimated: false,
                fileBytes: bytes.count)
            try admit(header)
            header.frames = [picture.frame]
            return header
        case Self.vp8x:
            return try extended(first, at: at, bytes)
        default:
            throw WebPError(.corrupt, "the first chunk, at byte 12, is neither VP8, VP8L nor VP8X")
        }
    }

    /// Returns the header of a file that begins with the chunk VP8X.
    private mutating func extended(
        _ chunk: Chunk, at start: Int, _ bytes: Span<UInt8>
    ) throws(WebPError) -> WebPHeader {
        guard chunk.data.count >= 10 else {
            throw WebPError(.corrupt, "a chunk VP8X of \(chunk.data.count) bytes; at least 10 are needed")
        }
        let flags = bytes[chunk.data.lowerBound]
        var header = WebPHeader(
            width: Self.number(chunk.data.lowerBound + 4, 3, bytes) + 1,
            height: Self.number(chunk.data.lowerBound + 7, 3, bytes) + 1, hasAlpha: flags & 0x10 != 0,
            isAnimated: flags & 0x02 != 0, fileBytes: bytes.count)
        try admit(header)
        var at = start
        var hasAnimation = false
        var alpha: Range<Int>?
        while at < end {
            let chunk = try self.chunk(&at, end: end, bytes)
            switch chunk.name {
            case Self.alph where !header.isAnimated && header.frames.isEmpty:
                alpha = chunk.data
                try count()
            case Self.anim where header.isAnimated && !hasAnimation:
                guard chunk.data.count >= 6 else {
                    throw WebPError(
                        .corrupt, "a chunk ANIM of \(chunk.data.count) bytes; at least 6 are needed")
                }
                hasAnimation = true
                header.background = UInt32(Self.number(chunk.data.lowerBound, 4, bytes))
                header.loops = Self.number(chunk.data.lowerBound + 4, 2, bytes)
            case Self.anmf where header.isAnimated:
                guard hasAnimation else { throw WebPError(.corrupt, "a frame precedes the chunk ANIM") }
                try admitFrame(header)
                header.frames.append(try frame(chunk, of: header, bytes))
            case Self.vp8 where !header.isAnimated, Self.vp8l where !header.isAnimated:
                guard header.frames.isEmpty else { throw WebPError(.corrupt, "the file has two pictures") }
                let picture = try bitstream(chunk, bytes)
                guard picture.width == header.width, picture.height == header.height else {
                    throw WebPError(
                        .corrupt,
                        "a picture of \(picture.width) x \(picture.height) pixels in a canvas of "
                            + "\(header.width) x \(header.height)")
                }
                header.frames = [picture.frame]
                header.frames[0].alpha = alpha
            case Self.iccp where header.profile == nil && header.frames.isEmpty && flags & 0x20 != 0:
                header.profile = chunk.data.isEmpty ? nil : chunk.data
                try count()
            case Self.exif where header.exif == nil && flags & 0x08 != 0:
                header.exif = tiff(chunk.data, bytes)
                try count()
            default:
                try count()
            }
        }
        guard !header.frames.isEmpty else {
            throw WebPError(.truncated, "the file ends at byte \(end) without a picture")
        }
        return header
    }

    /// Returns the range of the TIFF structure in the data of a chunk EXIF. Some programs begin it as in a JPEG
    /// file.
    private func tiff(_ data: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
        let isPrefixed =
            data.count >= 6 && Self.name(data.lowerBound, bytes) == 0x4578_6966
            && Self.number(data.lowerBound + 4, 2, bytes) == 0
        return isPrefixed ? data.lowerBound + 6..<data.upperBound : data
    }

    // MARK: Frames

    /// Returns the frame of a chunk ANMF.
    private mutating func frame(
        _ chunk: Chunk, of header: WebPHeader, _ bytes: Span<UInt8>
    ) throws(WebPError) -> WebPHeader.Frame {
        let start = chunk.data.lowerBound
        guard chunk.data.count >= 16 else {
            throw WebPError(.corrupt, "a frame of \(chunk.data.count) bytes at byte \(start)")
        }
        func field(_ index: Int) -> Int { Self.number(start + 3 * index, 3, bytes) }
        let (x, y, width, height) = (2 * field(0), 2 * field(1), field(2) + 1, field(3) + 1)
        guard x + width <= header.width, y + height <= header.height else {
            throw WebPError(
                .corrupt,
                "a frame of \(width) x \(height) pixels at \(x), \(y) exceeds the canvas of "
                    + "\(header.width) x \(header.height)")
        }
        var at = start + 16
        var alpha: Range<Int>?
        while at < chunk.data.upperBound {
            let part = try self.chunk(&at, end: chunk.data.upperBound, bytes)
            guard part.name == Self.vp8 || part.name == Self.vp8l else {
                if part.name == Self.alph { alpha = part.data }
                try count()
                continue
            }
            var frame = try bitstream(part, bytes).frame
            guard frame.width == width, frame.height == height else {
                throw WebPError(
                    .corrupt,
                    "a frame of \(width) x \(height) pixels has a picture of "
                        + "\(frame.width) x \(frame.height)")
            }
            (frame.x, frame.y, frame.milliseconds, frame.alpha) = (x, y, field(4), alpha)
            return frame
        }
        throw WebPError(.corrupt, "a frame at byte \(start) has no picture")
    }

    /// Returns the only picture of a chunk VP8 or VP8L, from the header of the bitstream.
    private func bitstream(
        _ chunk: Chunk, _ bytes: Span<UInt8>
    ) throws(WebPError) -> (width: Int, height: Int, hasAlpha: Bool, frame: WebPHeader.Frame) {
        let (start, length) = (chunk.data.lowerBound, chunk.data.count)
        let isLossless = chunk.name == Self.vp8l
        guard length >= (isLossless ? 5 : 10) else {
            throw WebPError(.truncated, "a bitstream of \(length) bytes at byte \(start)")
        }
        let (width, height, hasAlpha): (Int, Int, Bool)
        if isLossless {
            let fields = Self.number(start + 1, 4, bytes)
            guard bytes[start] == 0x2F else {
                throw WebPError(.corrupt, "a lossless bitstream at byte \(start) without its signature")
            }
            guard fields >> 29 == 0 else {
                throw WebPError(.unsupported, "version \(fields >> 29) of lossless bitstreams is not decoded")
            }
            (width, height) = (fields & 0x3FFF + 1, fields >> 14 & 0x3FFF + 1)
            hasAlpha = fields >> 28 & 1 == 1
        } else {
            // RFC 6386, 9.1.
            let tag = Self.number(start, 3, bytes)
            guard tag & 1 == 0, tag >> 4 & 1 == 1, Self.number(start + 3, 3, bytes) == 0x2A_019D else {
                throw WebPError(
                    .corrupt, "a lossy bitstream at byte \(start) that is no key frame to be shown")
            }
            guard tag >> 1 & 7 <= 3 else {
                throw WebPError(
                    .unsupported, "profile \(tag >> 1 & 7) of lossy bitstreams is not decoded")
            }
            guard tag >> 5 <= length - 10 else {
                throw WebPError(
                    .truncated,
                    "the first partition of a bitstream needs \(tag >> 5) bytes, \(length - 10) are there")
            }
            width = Self.number(start + 6, 2, bytes) & 0x3FFF
            height = Self.number(start + 8, 2, bytes) & 0x3FFF
            hasAlpha = false
        }
        guard width >= 1, height >= 1 else {
            throw WebPError(.corrupt, "\(width) x \(height) pixels are no picture")
        }
        let frame = WebPHeader.Frame(
            x: 0, y: 0, width: width, height: height, milliseconds: 0, isLossless: isLossless,
            bitstream: chunk.data)
        return (width, height, hasAlpha, frame)
    }

    // MARK: Limits

    private func admit(_ header: WebPHeader) throws(WebPError) {
        guard header.pixels <= limits.pixels else {
            throw WebPError(
                .tooManyPixels,
                "\(header.width) x \(header.height) = \(header.pixels) pixels, \(limits.pixels) are allowed")
        }
    }

    /// Throws an error if the header may have no further frame.
    private func admitFrame(_ header: WebPHeader) throws(WebPError) {
        let frames = header.frames.count + 1
        guard frames <= limits.frames else {
            throw WebPError(.tooManyFrames, "more than \(limits.frames) frames are not decoded")
        }
        guard frames * header.pixels <= limits.framePixels else {
            throw WebPError(
                .tooManyFrames,
                "\(frames) frames or more of \(header.pixels) pixels, \(limits.framePixels) are allowed in all"
            )
        }
    }

    private mutating func count() throws(WebPError) {
        chunks += 1
        guard chunks <= limits.chunks else {
            throw WebPError(.tooManyChunks, "more than \(limits.chunks) chunks are not read")
        }
    }

    // MARK: Chunks

    /// Returns the chunk at index `at`, and moves `at` behind it and its padding.
    private func chunk(_ at: inout Int, end: Int, _ bytes: Span<UInt8>) throws(WebPError) -> Chunk {
        guard at + 8 <= end else {
            throw WebPError(.truncated, "the chunks end at byte \(end), within the header of a chunk")
        }
        let length = Self.number(at + 4, 4, bytes)
        guard at + 8 + length <= end else {
            throw WebPError(
                .truncated, "a chunk at byte \(at) needs \(8 + length) bytes, \(end - at) are left")
        }
        defer { at += 8 + length + length % 2 }
        return Chunk(name: Self.name(at, bytes), data: at + 8..<at + 8 + length)
    }

    private static let riff: UInt32 = 0x5249_4646
    private static let webp: UInt32 = 0x5745_4250
    private static let vp8: UInt32 = 0x5650_3820
    private static let vp8l: UInt32 = 0x5650_384C
    private static let vp8x: UInt32 = 0x5650_3858
    private static let anim: UInt32 = 0x414E_494D
    private static let anmf: UInt32 = 0x414E_4D46
    private static let alph: UInt32 = 0x414C_5048
    private static let iccp: UInt32 = 0x4943_4350
    private static let exif: UInt32 = 0x4558_4946

    /// Returns the four characters at an index as a number, the first of them highest.
    private static func name(_ at: Int, _ bytes: Span<UInt8>) -> UInt32 {
        (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[at + $1]) }
    }

    /// Returns the number in `count` bytes at an index, the lowest byte first.
    private static func number(_ at: Int, _ count: Int, _ bytes: Span<UInt8>) -> Int {
        (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
}
