// SPDX-License-Identifier: Apache-2.0

/// The counter of the scans of a file before any of them is decoded, so that a file with thousands of scans is refused
/// in the time that reading its bytes takes. `CJPEG` counts the scans again while libjpeg decodes them.
enum ScanCounter {
    /// Throws an error if the number of SOS markers in a file exceeds `limits.scans` or `limits.scanWork / pixels`.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - start: The offset of the first scan's entropy-coded data in bytes from the start of the file.
    ///     The SOS marker before it is counted, too.
    ///   - pixels: The number of pixels of the picture.
    ///   - limits: The limits for scans. If they accept truncated files, scans behind a marker segment at which
    ///     `CJPEG` ends the picture are not counted, as far as its length and its marker reveal it.
    /// - Throws: `JPEGError` of kind `tooManyScans`.
    static func check(
        _ bytes: Span<UInt8>, from start: Int, pixels: Int, limits: JPEGLimits
    ) throws(JPEGError) {
        let allowed = min(limits.scans, limits.scanWork / max(pixels, 1))
        var scans = 1
        var at = start
        while scans <= allowed {
            while at < bytes.count, bytes[at] != 0xFF { at += 1 }
            guard at + 1 < bytes.count else { return }
            let marker = bytes[at + 1]
            switch marker {
            case 0xFF:
                at += 1
            case 0, 0x01, 0xD0...0xD7:
                at += 2
            case 0xD9:
                return
            default:
                guard at + 3 < bytes.count else { return }
                let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
                let first = at + 4 < bytes.count ? Int(bytes[at + 4]) : 0
                if limits.acceptsTruncated && isError(marker, length: length, first: first) { return }
                if marker == 0xDA { scans += 1 }
                at += 2 + max(2, length)
            }
        }
        throw JPEGError(
            .tooManyScans,
            "more than \(allowed) scans of \(pixels) pixels; \(limits.scans) scans and "
                + "\(limits.scanWork) scans x pixels are allowed")
    }

    /// Returns true for some of the marker segments that are errors behind a scan: all with markers that only another
    /// picture or another standard has (T.81, table B.1), and those of a wrong length.
    ///
    /// - Parameters:
    ///   - marker: The second byte of the segment's marker.
    ///   - length: The length that the segment states.
    ///   - first: Its first parameter, in an SOS segment the number of components.
    private static func isError(_ marker: UInt8, length: Int, first: Int) -> Bool {
        switch marker {
        // DHT, DAC, DQT and DNL; APPn and COM.
        case 0xC4, 0xCC, 0xDB, 0xDC, 0xE0...0xEF, 0xFE: false
        case 0xDA: !(1...4).contains(first) || length != 6 + 2 * first
        case 0xDD: length != 4
        default: true
        }
    }
}
