// SPDX-License-Identifier: Apache-2.0

import CLibJPEG

/// The encoder of libjpeg with its defaults, as Pillow uses it, for CMYK pictures. TurboJPEG would convert them to
/// YCCK.
enum LibJPEG {
    /// Returns the JPEG file of a CMYK picture, whose samples are inverted first, as by Pillow.
    ///
    /// - Parameters:
    ///   - pixels: The samples, 4 bytes a pixel, rows from the top; 0 is no ink.
    ///   - width: The width of the picture in pixels.
    ///   - height: The height of the picture in pixels.
    static func encode(cmyk pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
        let errors = UnsafeMutablePointer<jpeg_error_mgr>.allocate(capacity: 1)
        let encoder = UnsafeMutablePointer<jpeg_compress_struct>.allocate(capacity: 1)
        defer {
            encoder.deallocate()
            errors.deallocate()
        }
        encoder.initialize(to: jpeg_compress_struct())
        encoder.pointee.err = jpeg_std_error(errors)
        jpeg_CreateCompress(encoder, JPEG_LIB_VERSION, MemoryLayout<jpeg_compress_struct>.stride)
        defer { jpeg_destroy_compress(encoder) }
        var bytes: UnsafeMutablePointer<UInt8>?
        var count: UInt = 0
        jpeg_mem_dest(encoder, &bytes, &count)
        encoder.pointee.image_width = UInt32(width)
        encoder.pointee.image_height = UInt32(height)
        encoder.pointee.input_components = 4
        encoder.pointee.in_color_space = JCS_CMYK
        jpeg_set_defaults(encoder)
        jpeg_start_compress(encoder, boolean(1))
        var inverted = pixels.map { ~$0 }
        inverted.withUnsafeMutableBufferPointer { buffer in
            for row in 0..<height {
                var start = buffer.baseAddress.map { $0 + row * width * 4 }
                jpeg_write_scanlines(encoder, &start, 1)
            }
        }
        jpeg_finish_compress(encoder)
        defer { bytes?.deallocate() }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }
}
