// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The first directory of a TIFF or BigTIFF file, parsed by `init(of:limits:)`. Nothing is decompressed, and no other
/// directory is read.
package struct TIFFHeader: PictureHeader {
    /// The longest side of a picture in pixels, which is that of all outputs.
    package static let longestSide = 65500
    /// A sentence that states which package to install when libtiff is missing.
    package static let missingLibrary =
        "compressed TIFF files need libtiff 4: install the package libtiff6 (Debian, Ubuntu) or libtiff (Amazon Linux)"

    /// The width of the picture in pixels as stored.
    package let storedWidth: Int
    /// The height of the picture in pixels as stored.
    package let storedHeight: Int
    package let compression: TIFFCompression
    package let samples: TIFFSamples
    package let segments: TIFFSegments
    /// True when the first byte of a number is its most significant one.
    package let isBigEndian: Bool
    /// True when the first pixel of a byte has its lowest bits (the tag FillOrder).
    package let isBitReversed: Bool
    /// The orientation that the file states; `upright` if it states none.
    package let statedOrientation: Orientation
    /// True when rows are those of the upright picture (`TIFFLimits.appliesOrientation`).
    package let appliesOrientation: Bool
    /// The byte range of the ICC profile; nil if there is none, or one that is too long.
    package let profile: Range<Int>?
    /// The fields of the tag ColorMap; nil for pictures without a palette.
    package let palette: TIFFField?
    /// The fields that the decoders of CCITT, JPEG and YCbCr need, by their tags: T4Options, T6Options, Predictor,
    /// JPEGTables, YCbCrCoefficients, YCbCrSubSampling, YCbCrPositioning and ReferenceBlackWhite.
    package let codingFields: [Int: TIFFField]
    /// An upper bound of the memory of decoding in bytes.
    package let workingSetBytes: Int
    /// The length of the file in bytes.
    package let fileBytes: Int

    /// Reads the header of a file and checks it against the limits.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - limits: The limits. The memory is not checked here, because the caller knows what else it needs.
    /// - Throws: `TIFFError` with the first reason, apparent from the directory, for which the file is not decoded.
    package init(of bytes: Span<UInt8>, limits: TIFFLimits) throws(TIFFError) {
        let directory = try TIFFDirectory(of: bytes, entries: limits.entries)
        (storedWidth, storedHeight) = try directory.size(bytes, limits)
        samples = try directory.samples(bytes)
        compression = try directory.compression(bytes)
        try Self.check(compression, samples)
        segments = try directory.segments(bytes, width: storedWidth, height: storedHeight, samples)
        isBigEndian = directory.isBigEndian
        isBitReversed = directory.value(.fillOrder, bytes) == 2
        statedOrientation =
            directory.value(.orientation, bytes).flatMap { Orientation(rawValue: $0) } ?? .upright
        appliesOrientation = limits.appliesOrientation
        profile = directory.profile
        palette = samples.model == .palette ? directory[.colorMap] : nil
        codingFields = directory.codingFields
        fileBytes = bytes.count
        if samples.model == .palette {
            guard let palette, palette.type == 3, palette.count >= 3, palette.count % 3 == 0 else {
                throw TIFFError(.corrupt, "a palette picture without a palette (ColorMap)")
            }
        }
        var check = TIFFSegmentCheck(
            compression, segments, pixels: storedWidth * storedHeight,
            isPlain: compression == .none && samples.model != .yCbCr,
            acceptsTruncated: limits.acceptsTruncated)
        try check.run(bytes, limits)
        workingSetBytes = check.workingSetBytes(
            width: storedWidth, height: storedHeight, samples,
            isTurned: limits.appliesOrientation && statedOrientation != .upright)
    }

    /// The width in pixels of the picture whose rows are decoded.
    package var width: Int { isTurned && statedOrientation.swapsSides ? storedHeight : storedWidth }
    /// The height in pixels of the picture whose rows are decoded.
    package var height: Int { isTurned && statedOrientation.swapsSides ? storedWidth : storedHeight }

    /// True when the decoded rows are not those that are stored.
    package var isTurned: Bool { appliesOrientation && statedOrientation != .upright }

    /// The orientation of the picture whose rows are decoded.
    package var orientation: Orientation { appliesOrientation ? .upright : statedOrientation }

    /// True when libtiff converts the colours: those of YCbCr, unless libjpeg does.
    package var isConverted: Bool {
        samples.model == .yCbCr && (compression != .jpeg || segments.planes > 1)
    }

    /// True when a compressed strip is decoded as a whole. A strip of Zstandard always is: the frame whose window the
    /// header states is then the only one that is decoded.
    package var decodesWholeStrips: Bool {
        segments.bytes <= TIFFSegmentCheck.largestWhole || compression == .zstandard
    }

    /// Throws an error if samples are not compressed so.
    private static func check(_ compression: TIFFCompression, _ samples: TIFFSamples) throws(TIFFError) {
        let bits: [Int]? =
            switch compression {
            case .ccittRuns, .ccittGroup3, .ccittGroup4, .ccittWordRuns: [1]
            case .thunderScan: [4]
            case .jpeg: [8]
            default: nil
            }
        guard let bits, !bits.contains(samples.bits) else { return }
        throw TIFFError(
            .unsupported, "samples of \(samples.bits) bits in the compression \(compression)")
    }
}
