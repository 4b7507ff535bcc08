// SPDX-License-Identifier: Apache-2.0

import JPEG
package import Support

/// What becomes of orientation, colour profile and comments.
package enum MetadataPolicy: String, Sendable, CaseIterable, Codable {
    /// The outputs are upright, keep the colour profile and carry nothing else of the source.
    case upright
    /// Byte for byte what the reference writes: as stored, with the last comment, without profile.
    case reference
}

/// What becomes of a file that ends before its picture does.
package enum TruncationPolicy: String, Sendable, CaseIterable, Codable {
    case refuse
    /// The rows that exist are kept; the rest is what the decoder makes of missing data, gray.
    case accept
}

/// How pictures are pixelated.
package struct PixelationOptions: Sendable, Equatable {
    /// Cells a side of each output, 1...256, no number twice, 1...16 of them.
    package var sizes: [Int] = [8, 16, 32, 48, 64]
    package var metadata = MetadataPolicy.upright
    package var truncated = TruncationPolicy.refuse
    package var limits = PixelationLimits()

    package init() {}

    /// Every value that is not allowed, with its path as in the configuration file.
    package func problems() -> [OptionProblem] {
        var problems: [OptionProblem] = []
        if !(1...16).contains(sizes.count) {
            problems.append(OptionProblem("sizes", expected: "1...16 numbers", got: "\(sizes.count)"))
        }
        for (index, size) in sizes.enumerated() {
            if !(1...256).contains(size) {
                problems.append(OptionProblem("sizes[\(index)]", expected: "1...256", got: "\(size)"))
            }
            if sizes[..<index].contains(size) {
                problems.append(
                    OptionProblem("sizes[\(index)]", expected: "a number not listed before", got: "\(size)"))
            }
        }
        return problems + limits.problems().map { $0.below("limits") }
    }
}

/// What one picture may cost. The defaults admit what today's cameras and phones make.
package struct PixelationLimits: Sendable, Equatable {
    /// Of the file.
    package var bytes = 64 << 20
    /// Width times height.
    package var pixels = 120_000_000
    /// Passes over a progressive picture; encoders make 10, the most seen in the wild is 15.
    package var scans = 100
    /// Scans times pixels: 2 * 10^9 is 100 passes over 20 megapixels.
    package var scanWork = 2_000_000_000
    /// Marker segments in front of the picture.
    package var markers = 1000
    /// Predicted peak of the decoder, file and outputs not included.
    package var memoryBytes = 256 << 20
    /// Complaints of the decoder about data that it decoded nevertheless.
    package var warnings = 1000
    /// From the beginning of a pixelation to its end.
    package var seconds = 30

    package init() {}

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
