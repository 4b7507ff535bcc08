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
    ///   - limits: The limits, of which only the two for scans are used.
    /// - Throws: `JPEGError` of kind `tooManyScans`.
    static func check(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, pixels: Int, limits: JPEGLimits
    ) throws(JPEGError) {
        let allowed = min(limits.scans, limits.scanWork / max(pixels, 1))
        var scans = 1
        var at = start
        while scans <= allowed {
            guard at + 1 < bytes.count else { return }
            guard bytes[at] == 0xFF else {
                at += 1
                continue
            }
            let marker = bytes[at + 1]
            switch marker {
            case 0xFF:
                at += 1
            case 0, 0x01, 0xD0...0xD7:
                at += 2
            case 0xD9:
                return
            default:
                if marker == 0xDA { scans += 1 }
                guard at + 3 < bytes.count else { return }
                at += 2 + max(2, Int(bytes[at + 2]) << 8 | Int(bytes[at + 3]))
            }
        }
        throw JPEGError(
            .tooManyScans,
            "more than \(allowed) scans of \(pixels) pixels; \(limits.scans) scans and "
                + "\(limits.scanWork) scans x pixels are allowed")
    }
}
