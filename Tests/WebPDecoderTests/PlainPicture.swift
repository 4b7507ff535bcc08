// SPDX-License-Identifier: Apache-2.0

import CPlainWebP
import Scripted
import WebP
import WebPDecoder

/// A picture that libwebp encodes, and the pictures that `WebPReader` decodes.
struct PlainPicture {
    let width: Int
    let height: Int
    /// Red, green, blue and alpha of each pixel.
    var pixels: [UInt8]

    /// Creates a picture of smooth colours and some noise.
    init(_ width: Int, _ height: Int, alpha: (Int) -> UInt8 = { _ in 255 }, _ random: inout SplitMix) {
        self.width = width
        self.height = height
        pixels = []
        pixels.reserveCapacity(width * height * 4)
        let (across, down) = (Int.random(in: 1...9, using: &random), Int.random(in: 1...9, using: &random))
        for index in 0..<width * height {
            let level = index % width * across + index / width * down + Int(random.next() % 20)
            pixels += [
                UInt8(truncatingIfNeeded: level), UInt8(truncatingIfNeeded: 255 - level / 2),
                UInt8(truncatingIfNeeded: level * 3), alpha(index),
            ]
        }
    }

    /// Returns the file of the picture.
    ///
    /// - Parameter quality: 0...100 for a lossy file; nil for a lossless one.
    func file(quality: Float?) -> [UInt8] {
        var file: UnsafeMutablePointer<UInt8>?
        let count = plain_webp_encode(pixels, Int32(width), Int32(height), quality ?? -1, &file)
        defer { file?.deallocate() }
        return Array(UnsafeBufferPointer(start: file, count: count))
    }

    /// Returns the pixels of a file of this size as libwebp decodes them at once.
    func decoded(_ file: [UInt8]) -> [UInt8] {
        var pixels = [UInt8](repeating: 0, count: width * height * 4)
        return plain_webp_decode(file, file.count, Int32(width), Int32(height), &pixels) ? pixels : []
    }

    static let limits = WebPLimits(
        pixels: 50_000_000, frames: 1000, framePixels: 500_000_000, chunks: 1000, memoryBytes: 256 << 20)

    /// Returns the rows of each frame of a file, and the times of the frames.
    static func read(
        _ file: [UInt8], limits: WebPLimits = Self.limits, deadline: ContinuousClock.Instant? = nil
    ) throws(WebPError) -> [(rows: [UInt8], milliseconds: Int)] {
        let header = try WebPHeader(of: file.span, limits: limits)
        return try file.withUnsafeBufferPointer { (bytes) throws(WebPError) in
            var reader = try WebPReader(bytes, header: header, limits: limits, deadline: deadline)
            var frames: [(rows: [UInt8], milliseconds: Int)] = []
            var row = [UInt8](repeating: 0, count: header.width * 4)
            for _ in header.frames {
                let milliseconds = try reader.nextFrame()
                var rows: [UInt8] = []
                for _ in 0..<header.height {
                    try row.withUnsafeMutableBufferPointer { (row) throws(WebPError) in
                        try reader.readRow(row)
                    }
                    rows += row
                }
                frames.append((rows, milliseconds))
            }
            return frames
        }
    }

    /// Returns the error with which a file is refused; nil if it is decoded.
    static func refusal(
        _ file: [UInt8], limits: WebPLimits = Self.limits, deadline: ContinuousClock.Instant? = nil
    ) -> WebPError? {
        do throws(WebPError) {
            _ = try read(file, limits: limits, deadline: deadline)
            return nil
        } catch { return error }
    }
}
