// SPDX-License-Identifier: Apache-2.0

/// The parser of the marker segments before the first scan of a JPEG file (ITU-T T.81, annex B). It compares every
/// length in these segments with the length of the file, before libjpeg reads the file.
struct HeaderParser {
    private let maximumMarkers: Int
    /// The index in the file of the next byte to parse. The first two bytes are the SOI marker.
    private var at = 2
    private var header: JPEGHeader?
    private var markers = 0
    private var comment: Range<Int>?
    private var exif: [Range<Int>] = []
    private var profile = ProfileFragments()

    /// Returns the header of a file: the content of its marker segments up to its first scan.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - maximumMarkers: The largest number of markers before the first scan's data.
    /// - Throws: `JPEGError` of kind `notJPEG`, `corrupt`, `truncated`, `tooManyMarkers` or `unsupported`.
    static func parse(_ bytes: Span<UInt8>, maximumMarkers: Int) throws(JPEGError) -> JPEGHeader {
        var parser = HeaderParser(maximumMarkers: maximumMarkers)
        return try parser.run(bytes)
    }

    private init(maximumMarkers: Int) { self.maximumMarkers = maximumMarkers }

    private mutating func run(_ bytes: Span<UInt8>) throws(JPEGError) -> JPEGHeader {
        guard bytes.count >= 3, bytes[0] == 0xFF, bytes[1] == 0xD8, bytes[2] == 0xFF else {
            throw JPEGError(.notJPEG, "the file does not begin with FF D8 FF")
        }
        while true {
            let marker = try nextMarker(in: bytes)
            // TEM and RSTn have no parameters (T.81, table B.1).
            switch marker {
            case 0x01, 0xD0...0xD7:
                continue
            case 0xD8:
                throw JPEGError(.corrupt, "a second start-of-image marker at byte \(at - 2)")
            case 0xD9:
                try startNextImage(in: bytes)
                continue
            default:
                break
            }
            let segment = try segmentBody(of: marker, in: bytes)
            switch marker {
            // DHT and DAC share the range of the frame headers.
            case 0xC4, 0xCC:
                break
            case 0xC0...0xCF:
                try readFrame(segment, marker: marker, in: bytes)
            case 0xDE, 0xDF:
                throw JPEGError(.unsupported, Self.hierarchical(marker))
            case 0xF7:
                throw JPEGError(.unsupported, "JPEG-LS (marker FF F7) is not decoded")
            case 0xDA:
                return try finish(segment, in: bytes)
            case 0xE1 where begins(segment, of: bytes, with: "Exif\0\0"):
                exif.append(segment.lowerBound + 6..<segment.upperBound)
            case 0xE2 where begins(segment, of: bytes, with: "ICC_PROFILE\0"):
                profile.add(segment, in: bytes)
            case 0xFE:
                comment = segment
            default:
                break
            }
        }
    }

    /// Returns the second byte of the next marker, and moves `at` to the byte after the marker. Fill bytes, and bytes
    /// that belong to no marker, are skipped, as by libjpeg's `next_marker` (jdmarker.c).
    private mutating func nextMarker(in bytes: Span<UInt8>) throws(JPEGError) -> UInt8 {
        while true {
            while at < bytes.count, bytes[at] != 0xFF { at += 1 }
            while at < bytes.count, bytes[at] == 0xFF { at += 1 }
            guard at < bytes.count else {
                throw JPEGError(.truncated, "the file ends at byte \(bytes.count), before the picture")
            }
            at += 1
            guard bytes[at - 1] != 0 else { continue }
            markers += 1
            guard markers <= maximumMarkers else {
                throw JPEGError(
                    .tooManyMarkers,
                    "more than \(maximumMarkers) markers before the picture are not read")
            }
            return bytes[at - 1]
        }
    }

    /// Moves `at` behind the SOI marker that follows an EOI marker. A file may begin with tables alone, in abbreviated
    /// format, before the picture that uses them (T.81, B.5).
    private mutating func startNextImage(in bytes: Span<UInt8>) throws(JPEGError) {
        guard header == nil, at + 1 < bytes.count, bytes[at] == 0xFF, bytes[at + 1] == 0xD8 else {
            throw JPEGError(.corrupt, "the file ends at byte \(at) without a picture")
        }
        at += 2
    }

    /// Returns the range, in `bytes`, of the parameters of the marker segment whose length is at index `at`, and moves
    /// `at` to the end of the segment.
    ///
    /// - Parameters:
    ///   - marker: The second byte of the segment's marker.
    ///   - bytes: The whole file.
    private mutating func segmentBody(
        of marker: UInt8, in bytes: Span<UInt8>
    ) throws(JPEGError) -> Range<Int> {
        guard at + 2 <= bytes.count else {
            throw JPEGError(.truncated, "the file ends at byte \(bytes.count), in a marker segment")
        }
        var length = bigEndian(at, in: bytes)
        if length < 2 {
            // libjpeg's `skip_variable` (jdmarker.c) skips the length of such a segment and nothing else.
            guard Self.isSkipped(marker) else {
                throw JPEGError(
                    .corrupt, "a marker segment of \(length) bytes at byte \(at); at least 2 are needed")
            }
            length = 2
        }
        guard at + length <= bytes.count else {
            throw JPEGError(
                .truncated,
                "a marker segment at byte \(at) needs \(length) bytes, \(bytes.count - at) are left")
        }
        defer { at += length }
        return at + 2..<at + length
    }

    /// Returns true for the markers of segments that the decoding of the picture does not need: APPn, COM, DNL.
    private static func isSkipped(_ marker: UInt8) -> Bool {
        (0xE0...0xEF).contains(marker) || marker == 0xFE || marker == 0xDC
    }

    /// Stores the content of a frame header (T.81, B.2.2) in `header`.
    ///
    /// - Parameters:
    ///   - segment: The range of the frame header's parameters in `bytes`.
    ///   - marker: The second byte of its marker, SOF0 to SOF15.
    ///   - bytes: The whole file.
    private mutating func readFrame(
        _ segment: Range<Int>, marker: UInt8, in bytes: Span<UInt8>
    ) throws(JPEGError) {
        guard header == nil else {
            throw JPEGError(.corrupt, "a second frame header at byte \(segment.lowerBound)")
        }
        let process: JPEGHeader.Process
        switch marker {
        case 0xC0: process = .baseline
        case 0xC1, 0xC9: process = .extended
        case 0xC2, 0xCA: process = .progressive
        case 0xC3, 0xCB: process = .lossless
        case 0xC8: throw JPEGError(.unsupported, "the reserved marker FF C8 is not decoded")
        default: throw JPEGError(.unsupported, Self.hierarchical(marker))
        }
        let start = segment.lowerBound
        guard segment.count >= 6, segment.count == 6 + 3 * Int(bytes[start + 5]) else {
            throw JPEGError(.corrupt, "a frame header of \(segment.count) bytes at byte \(start)")
        }
        let components = (0..<Int(bytes[start + 5])).map { index in
            let at = start + 6 + 3 * index
            return JPEGHeader.Component(
                identifier: bytes[at], horizontal: Int(bytes[at + 1] >> 4), vertical: Int(bytes[at + 1] & 15))
        }
        header = JPEGHeader(
            width: bigEndian(start + 3, in: bytes), height: bigEndian(start + 1, in: bytes),
            precision: Int(bytes[start]), process: process, isArithmetic: marker >= 0xC9,
            components: components, markers: 0, comment: nil, exif: [], profile: [],
            firstScanComponents: [], firstScanHasDC: false, dataOffset: 0, fileBytes: bytes.count)
    }

    /// Returns the header, completed by the content of the first scan header (T.81, B.2.3).
    ///
    /// - Parameters:
    ///   - scan: The range of the scan header's parameters in `bytes`.
    ///   - bytes: The whole file.
    private func finish(_ scan: Range<Int>, in bytes: Span<UInt8>) throws(JPEGError) -> JPEGHeader {
        guard var header else {
            throw JPEGError(.corrupt, "a scan at byte \(scan.lowerBound) without a frame header")
        }
        guard let first = scan.first, scan.count == 4 + 2 * Int(bytes[first]) else {
            throw JPEGError(.corrupt, "a scan header of \(scan.count) bytes at byte \(scan.lowerBound)")
        }
        let count = Int(bytes[first])
        header.firstScanComponents = (0..<count).map { bytes[first + 1 + 2 * $0] }
        header.firstScanHasDC = bytes[first + 1 + 2 * count] == 0 && bytes[first + 3 + 2 * count] >> 4 == 0
        header.markers = markers
        header.comment = comment
        header.exif = exif
        header.profile = profile.complete
        header.profileProblem = profile.problem
        header.dataOffset = scan.upperBound
        return header
    }

    private static func hierarchical(_ marker: UInt8) -> String {
        "hierarchical JPEG (marker FF \(hexadecimal(marker))) is not decoded"
    }

    private func begins(_ segment: Range<Int>, of bytes: Span<UInt8>, with text: String) -> Bool {
        guard segment.count >= text.utf8.count else { return false }
        return zip(segment, text.utf8).allSatisfy { bytes[$0] == $1 }
    }

    private func bigEndian(_ at: Int, in bytes: Span<UInt8>) -> Int {
        Int(bytes[at]) << 8 | Int(bytes[at + 1])
    }
}

/// Returns a byte as two hexadecimal digits in upper case.
private func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "0" + digits : digits
}
