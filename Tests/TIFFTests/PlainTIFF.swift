// SPDX-License-Identifier: Apache-2.0

import CPlainTIFF
import Glibc

/// Files that libtiff writes.
enum PlainTIFF {
    /// Returns a file; nil if libtiff does not write such a picture.
    ///
    /// - Parameter rows: The rows of samples one after the other; nil for samples that are 0.
    static func file(_ picture: plain_tiff, _ rows: [UInt8]?) -> [UInt8]? {
        var picture = picture
        let rowBytes = (Int(picture.width) * Int(picture.samples) * Int(picture.bits) + 7) / 8
        var count = 0
        guard let bytes = plain_tiff_write(&picture, rows, rowBytes, &count) else { return nil }
        defer { free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}
