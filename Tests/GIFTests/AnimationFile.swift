// SPDX-License-Identifier: Apache-2.0

import Foundation
import GIF
import GIFDecoder
import Pixels
import Testing

/// A file of animations.txt, which `make_animations.py` makes with Pillow 12.1.1.
struct AnimationFile: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    /// The width and the height in pixels with an x.
    var size: String
    /// Pillow's colour model of the frames: L, LA, RGB or RGBA.
    var mode: String
    var milliseconds: [Int]
    /// The number of repetitions; nil if the file states none.
    var loops: Int?
    /// The SHA-256 of the pixels of all composed frames.
    var digest: String

    var testDescription: String { name }

    static let all: [AnimationFile] = {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "animations.txt")
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ").map(String.init)
            guard fields.count == 7, let data = Data(base64Encoded: fields[1]) else { return nil }
            return AnimationFile(
                name: fields[0], bytes: Array(data), size: fields[2], mode: fields[3],
                milliseconds: fields[4].split(separator: ",").compactMap { Int($0) },
                loops: Int(fields[5]), digest: fields[6])
        }
    }()
}

extension GIFLimits {
    /// Limits that all small files are within.
    static let small = GIFLimits(
        pixels: 1_000_000, framePixels: 4_000_000, isStill: false, acceptsTruncated: false)

    /// The same limits for files that end early.
    var acceptingTruncated: GIFLimits {
        var limits = self
        limits.acceptsTruncated = true
        return limits
    }
}

/// Returns the rows of all composed frames of a file, and true if pixels are missing.
func decode(
    _ bytes: [UInt8], limits: GIFLimits = .small
) throws(GIFError) -> (header: GIFHeader, frames: [[UInt8]], wasTruncated: Bool) {
    let header = try GIFHeader(of: bytes.span, limits: limits)
    var reader = GIFReader(bytes.span, header, acceptsTruncated: limits.acceptsTruncated)
    var frames: [[UInt8]] = []
    for _ in header.frames {
        reader.beginFrame(bytes.span)
        while try reader.decode(bytes.span) {}
        var samples = [UInt8](repeating: 0x55, count: header.width)
        var row = [UInt32](repeating: 0x5555_5555, count: header.width)
        var pixels: [UInt8] = []
        for y in 0..<header.height {
            if header.layout == .gray {
                var span = samples.mutableSpan
                reader.readGrayRow(y, into: &span)
                pixels += samples
            } else {
                var span = row.mutableSpan
                reader.readRow(y, into: &span)
                pixels += row.flatMap { pixel in
                    [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: pixel >> UInt32($0)) }
                }
            }
        }
        frames.append(pixels)
    }
    return (header, frames, reader.wasTruncated)
}
