// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The check of all strips or tiles of a picture before one is decoded: their places in the file, the work that they
/// need and the memory of their decoders.
struct TIFFSegmentCheck {
    /// The largest sum of the lengths of all strips or tiles, as a multiple of the length of the file. They share bytes
    /// in files that store equal tiles once.
    private static let mostOverlap = 16
    /// The largest number of decoded bytes of a strip that libtiff decodes as a whole (`TIFFReader`).
    static let largestWhole = 8 << 20

    /// The largest number of pixels of a compressed tile, unless it has at most `mostTilePictures` times those of the
    /// picture.
    private static let mostTilePixels = 4_000_000
    private static let mostTilePictures = 4

    private let compression: TIFFCompression
    private let segments: TIFFSegments
    private let pixels: Int
    /// True when rows are read where they are in the file.
    private let isPlain: Bool
    private let acceptsTruncated: Bool
    /// The length of the longest strip or tile.
    private var longest = 0
    /// The bytes that the format of the compression makes its decoder keep for one strip or tile.
    private var stateBytes = 0
    /// The work for all strips or tiles that were looked at, in pixels.
    private var work = 0

    init(
        _ compression: TIFFCompression, _ segments: TIFFSegments, pixels: Int, isPlain: Bool,
        acceptsTruncated: Bool
    ) {
        self.compression = compression
        self.segments = segments
        self.pixels = pixels
        self.isPlain = isPlain
        self.acceptsTruncated = acceptsTruncated
    }

    private var name: String { segments.isTiled ? "tile" : "strip" }

    /// Checks all strips or tiles.
    ///
    /// - Parameter bytes: The whole file.
    /// - Throws: `TIFFError`.
    mutating func run(_ bytes: Span<UInt8>, _ limits: TIFFLimits) throws(TIFFError) {
        let smallest = compression == .jpeg ? TIFFSegments.smallestJPEGWork : TIFFSegments.smallestWork
        work = segments.count * (smallest + min(segments.width * segments.height, pixels))
        guard segments.count <= 1 || work <= limits.work else {
            throw TIFFError(
                .tooManySegments,
                "\(segments.count) \(name)s of \(segments.width) x \(segments.height) pixels need the work of \(work) "
                    + "pixels, \(limits.work) are allowed")
        }
        guard !isPlain else { return try checkPlain(bytes) }
        try checkTile()
        var sum = 0
        for index in 0..<segments.count {
            let range = segments.range(index, bytes)
            guard !range.isEmpty || range.lowerBound >= bytes.count else {
                throw TIFFError(.corrupt, "\(name) \(index) of \(segments.count) is empty")
            }
            guard range.upperBound <= bytes.count || acceptsTruncated else {
                throw TIFFError(
                    .truncated,
                    "\(name) \(index) of \(segments.count) ends at \(range.upperBound), the file has \(bytes.count) "
                        + "bytes")
            }
            let present = range.clamped(to: 0..<bytes.count)
            sum += present.count
            longest = max(longest, present.count)
            try inspect(bytes.extracting(present), index, limits)
        }
        guard sum <= bytes.count * Self.mostOverlap || segments.counts == nil && segments.count == 1 else {
            throw TIFFError(
                .corrupt, "the \(name)s have \(sum) bytes, the file has \(bytes.count)")
        }
        if let expansion = compression.largestExpansion, !acceptsTruncated, !segments.isTiled {
            let raw = pixels / segments.width * segments.rowBytes * segments.planes
            guard raw <= (sum + segments.count) * expansion else {
                throw TIFFError(
                    .truncated,
                    "\(raw) bytes of pixels cannot be compressed to the \(sum) bytes of the \(name)s")
            }
        }
    }

    /// Checks the size of a tile, which is decoded as a whole, however small the picture is.
    private func checkTile() throws(TIFFError) {
        let most = max(Self.mostTilePixels, pixels * Self.mostTilePictures)
        guard !segments.isTiled || segments.width * segments.height <= most else {
            throw TIFFError(
                .tooMuchMemory,
                "tiles of \(segments.width) x \(segments.height) pixels for a picture of \(pixels), \(most) are "
                    + "allowed")
        }
    }

    /// Checks pixels that are not compressed. Their lengths are those of the rows, whatever the file states.
    private func checkPlain(_ bytes: Span<UInt8>) throws(TIFFError) {
        guard !acceptsTruncated else { return }
        let raw = (pixels / segments.width + (segments.isTiled ? segments.height : 0)) * segments.rowBytes
        guard segments.isTiled || segments.planes > 1 || raw <= bytes.count else {
            throw TIFFError(.truncated, "\(raw) bytes of pixels, the file has \(bytes.count)")
        }
    }

    /// Reads from a strip or a tile how much memory its decoder needs, and how many scans it has.
    private mutating func inspect(
        _ bytes: Span<UInt8>, _ index: Int, _ limits: TIFFLimits
    ) throws(TIFFError) {
        switch compression {
        case .zstandard: stateBytes = max(stateBytes, ZstandardFrame.windowBytes(bytes) + (512 << 10))
        case .jpeg: try inspect(JPEGSegment(bytes, most: limits.scans), index, limits)
        default: break
        }
    }

    private mutating func inspect(
        _ segment: JPEGSegment, _ index: Int, _ limits: TIFFLimits
    ) throws(TIFFError) {
        work += max(0, segment.bytesRead - TIFFSegments.smallestJPEGWork)
        if segment.hasSeveralScans {
            // libtiff cuts a last strip that is too high, of which libjpeg decodes all scans before.
            let height = max(segments.height, segment.height)
            // libjpeg keeps the coefficients of all components, 2 bytes each, in whole blocks.
            stateBytes = max(stateBytes, (segments.width + 64) * (height + 64) * 2 * 4)
            work += max(0, segment.scans - 1) * segments.width * height
        }
        guard segment.scans <= limits.scans else {
            throw TIFFError(
                .tooManyScans,
                "\(name) \(index) of \(segments.count) has more than \(limits.scans) scans, which are allowed"
            )
        }
        guard segments.count <= 1 && segment.scans <= 1 || work <= limits.work else {
            throw TIFFError(
                .tooManyScans,
                "the scans of \(index + 1) of \(segments.count) \(name)s of \(segments.width) x \(segments.height) "
                    + "pixels need the work of \(work) pixels, \(limits.work) are allowed")
        }
    }

    /// Returns an upper bound of the memory of decoding in bytes.
    func workingSetBytes(width: Int, height: Int, _ samples: TIFFSamples, isTurned: Bool) -> Int {
        let row = width * 8 + 4096
        let turned = isTurned ? width * height * (samples.isGray16 ? 2 : samples.layout.stride) : 0
        if isPlain { return turned + row * 2 + segments.planes * row }
        // A whole strip, or the tiles of a row of tiles; and the rows that libtiff converts to colours.
        let isWhole =
            segments.isTiled || segments.bytes <= Self.largestWhole || samples.model == .yCbCr
            || compression == .zstandard
        let decoded =
            isWhole ? segments.bytes * (segments.isTiled ? segments.across + 1 : 1) : 2 * segments.rowBytes
        let converted = samples.model == .yCbCr ? width * min(segments.height, height) * 4 : 0
        // libtiff keeps the offset and the length of each strip or tile, and so does the directory that it reads.
        let handle = (512 << 10) + 2 * longest + 32 * segments.rowBytes + stateBytes + segments.count * 48
        return turned + row * 2 + converted + segments.planes * (decoded + handle)
    }
}
