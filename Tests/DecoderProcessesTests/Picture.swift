// SPDX-License-Identifier: Apache-2.0

import CPlainJPEG
import Glibc
import JPEGEncoder
import Pixelation
import Pixels
import Scripted

/// The JPEG files of the tests.
enum Picture {
    /// The width at which the scripted decoder misbehaves.
    static let badWidth = 13
    /// The width at which the scripted decoder takes a while.
    static let slowWidth = 17

    /// Returns a colour picture of random cells.
    static func cells(width: Int, height: Int = 31, seed: UInt64 = 1) -> [UInt8] {
        var random = SplitMix(seed: seed)
        let samples = (0..<8 * 8 * 3).map { _ in UInt8.random(in: 0...255, using: &random) }
        return GridWriter(width: width, height: height).encode(Grid(size: 8, color: .rgb, samples: samples))
    }

    /// Returns a picture of noise that libjpeg has encoded.
    static func noise(
        width: Int, height: Int, components: Int = 3, isProgressive: Bool = false, seed: UInt64 = 1
    ) throws -> [UInt8] {
        var random = SplitMix(seed: seed)
        let pixels = (0..<width * height * components).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        var options = plain_options()
        options.width = Int32(width)
        options.height = Int32(height)
        options.components = Int32(components)
        options.quality = 90
        options.progressive = isProgressive
        var file: UnsafeMutablePointer<UInt8>?
        let count = plain_encode(&options, pixels, &file)
        guard count > 0, let file else { throw TestError("libjpeg cannot encode") }
        defer { free(file) }
        return Array(UnsafeBufferPointer(start: file, count: count))
    }
}
