// SPDX-License-Identifier: Apache-2.0

import CPNG
import Scripted
import Testing

/// Both builds of the widening of pixels are compared with what they shall write.
@Suite struct WideningTests {
    @Test func `all builds add a byte of 255 to each pixel of rows of any length`() throws {
        var random = SplitMix(seed: 1)
        let best = try #require(px_png_best_widening())
        for width in 0..<150 {
            let samples = (0..<3 * width).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let wide = (0..<width).flatMap { samples[3 * $0..<3 * $0 + 3] + [255] }
            for (build, widen) in [("portable", px_png_widen_portable), ("the fastest", best)] {
                // No byte behind the row may change.
                var row = [UInt8](repeating: 7, count: 4 * width + 16)
                widen(samples, &row, width)
                #expect(row == wide + [UInt8](repeating: 7, count: 16), "\(width) pixels, \(build)")
            }
        }
    }
}
