// SPDX-License-Identifier: Apache-2.0

package import Support

/// The limits of one picture. The defaults admit the pictures of today's cameras and phones.
package struct PixelationLimits: Sendable, Equatable {
    /// The length of the file in bytes.
    package var bytes = 64 << 20
    /// Width times height in pixels.
    package var pixels = 120_000_000
    /// The scans of a file. libjpeg writes 10 into progressive files; 15 is the most seen in published files.
    package var scans = 100
    /// Scans times pixels: 2 * 10^9 is 100 scans over 20 megapixels.
    package var scanWork = 2_000_000_000
    /// The marker segments before the first scan, and the APPn and COM segments in the whole file.
    package var markers = 1000
    /// The predicted peak memory of the decoder in bytes, without the file and the outputs.
    package var memoryBytes = 256 << 20
    /// The warnings of the decoder about corrupt data that it decodes nevertheless.
    package var warnings = 1000
    /// The seconds from the beginning of a pixelation to its end, by the wall clock.
    package var seconds = 30

    package init() {}

    /// Returns all invalid values, each with its path below `limits`.
    package func problems() -> [OptionProblem] {
        let fields: [(String, Int, ClosedRange<Int>)] = [
            ("bytes", bytes, 1...1 << 30),
            ("pixels", pixels, 1...4_290_250_000),
            ("scans", scans, 1...10_000),
            ("scanWork", scanWork, 1...1_000_000_000_000),
            ("markers", markers, 1...1_000_000),
            ("memoryBytes", memoryBytes, 1 << 20...64 << 30),
            ("warnings", warnings, 0...1_000_000_000),
            ("seconds", seconds, 1...3600),
        ]
        return fields.filter { !$0.2.contains($0.1) }
            .map { OptionProblem($0.0, expected: "\($0.2.lowerBound)...\($0.2.upperBound)", got: "\($0.1)") }
    }
}
