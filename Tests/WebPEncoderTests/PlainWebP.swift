// SPDX-License-Identifier: Apache-2.0

import CPlainWebP

/// libwebp's decoder and encoder.
enum PlainWebP {
    /// Returns red, green, blue and alpha of each pixel of a file; nil if libwebp refuses it.
    static func decode(_ file: [UInt8], width: Int, height: Int) -> [UInt8]? {
        var pixels = [UInt8](repeating: 0, count: width * height * 4)
        let isDecoded = plain_webp_decode(file, file.count, Int32(width), Int32(height), &pixels)
        return isDecoded ? pixels : nil
    }

    static func info(_ file: [UInt8]) -> plain_webp_info? {
        var info = plain_webp_info()
        return plain_webp_read_info(file, file.count, &info) ? info : nil
    }

    /// Returns the canvas after each frame of an animation, and the time of the end of each frame.
    static func frames(_ file: [UInt8]) -> (canvases: [[UInt8]], ends: [Int])? {
        guard let info = info(file) else { return nil }
        let bytes = Int(info.width * info.height) * 4
        var canvases = [UInt8](repeating: 0, count: bytes * Int(info.frames))
        var ends = [Int32](repeating: 0, count: Int(info.frames))
        let count = Int(plain_webp_decode_frames(file, file.count, info.frames, &canvases, &ends))
        guard count == Int(info.frames) else { return nil }
        return ((0..<count).map { Array(canvases[$0 * bytes..<($0 + 1) * bytes]) }, ends.map(Int.init))
    }

    /// Returns the number of bytes of the lossy file that libwebp writes with its default quality, or with the highest
    /// quality without loss.
    static func bytes(_ pixels: [UInt8], width: Int, height: Int, quality: Float) -> Int {
        var file: UnsafeMutablePointer<UInt8>?
        defer { file?.deallocate() }
        return plain_webp_encode(pixels, Int32(width), Int32(height), quality, &file)
    }
}
