// SPDX-License-Identifier: Apache-2.0

import CLibTurboJPEG

/// The encoder of libjpeg-turbo for pictures in memory, with Pillow's default settings.
enum TurboJPEG {
    /// Returns the JPEG file of a gray or RGB picture; nil if the library reports an error.
    ///
    /// - Parameters:
    ///   - pixels: The samples, `bands` bytes a pixel, rows from the top.
    ///   - width: The width of the picture in pixels.
    ///   - height: The height of the picture in pixels.
    ///   - bands: The number of samples of a pixel, 1 or 3.
    static func encode(_ pixels: [UInt8], width: Int, height: Int, bands: Int) -> [UInt8]? {
        guard let compressor = tjInitCompress() else { return nil }
        defer { tjDestroy(compressor) }
        let format = bands == 1 ? TJPF_GRAY : TJPF_RGB
        let sampling = bands == 1 ? TJSAMP_GRAY : TJSAMP_420
        var bytes: UnsafeMutablePointer<UInt8>?
        var count: UInt = 0
        let status = tjCompress2(
            compressor, pixels, Int32(width), 0, Int32(height), Int32(format.rawValue), &bytes, &count,
            Int32(sampling.rawValue), 75, TJFLAG_ACCURATEDCT)
        defer { tjFree(bytes) }
        guard status == 0, let bytes else { return nil }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }
}
