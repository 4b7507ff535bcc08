// SPDX-License-Identifier: Apache-2.0

package import Support

/// The limits within which a source is pixelated. The defaults allow the pictures of today's cameras and phones.
package struct PixelationLimits: Sendable, Equatable {
    /// The largest length of the file in bytes.
    package var bytes = 64 << 20
    /// The largest number of pixels, width times height.
    package var pixels = 120_000_000
    /// The largest number of scans of a file. libjpeg writes 10 scans into progressive files, and published files have
    /// up to 15.
    package var scans = 100
    /// The largest product of the number of scans, or of frames, and the number of pixels. 2 * 10^9 are 100 scans of 20
    /// megapixels.
    package var scanWork = 2_000_000_000
    /// The largest number of frames of an animation.
    package var frames = 1000
    /// The largest number of markers before the first scan, and the largest number of APPn segments (APP0 and APP14 are
    /// not counted) and COM segments in the whole file.
    package var markers = 1000
    /// The largest predicted memory of a picture in bytes, with decoder, grids and outputs but without the file. A
    /// progressive picture needs 2 bytes for each sample: 6 bytes a pixel with three components that are not
    /// subsampled, 8 with four. So the default admits every picture within the default of `pixels`.
    package var memoryBytes = 1 << 30
    /// The largest share of the picture's rows that corrupt data may concern, in percent. With the default no picture
    /// is refused for it, as by Pillow.
    package var damagedPercent = 100
    /// The largest duration of the pixelation of one source, in seconds of wall-clock time.
    package var seconds = 30

    package init() {}

    /// Returns one problem for each invalid value, with the path of the value below `limits` in the configuration file.
    package func problems() -> [OptionProblem] {
        let fields: [(String, Int, ClosedRange<Int>)] = [
            ("bytes", bytes, 1...1 << 30),
            ("pixels", pixels, 1...4_290_250_000),
            ("scans", scans, 1...10_000),
            ("scanWork", scanWork, 1...1_000_000_000_000),
            ("frames", frames, 1...65_536),
            ("markers", markers, 1...1_000_000),
            ("memoryBytes", memoryBytes, 1 << 20...64 << 30),
            ("damagedPercent", damagedPercent, 0...100),
            ("seconds", seconds, 1...3600),
        ]
        return fields.filter { !$0.2.contains($0.1) }
            .map { OptionProblem($0.0, expected: "\($0.2.lowerBound)...\($0.2.upperBound)", got: "\($0.1)") }
    }
}
