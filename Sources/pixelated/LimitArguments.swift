// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pixelation

/// The limits of sources as options, each of which has the name of its setting below `pixelation.limits`.
struct LimitArguments: ParsableArguments {
    @Option(help: Self.help("Maximum size of a file in bytes", "bytes", \.bytes))
    var maxBytes: Int?

    @Option(help: Self.help("Maximum number of pixels", "pixels", \.pixels))
    var maxPixels: Int?

    @Option(help: Self.help("Maximum number of frames of an animation", "frames", \.frames))
    var maxFrames: Int?

    @Option(help: Self.help("Maximum number of scans of a progressive picture", "scans", \.scans))
    var maxScans: Int?

    @Option(help: Self.help("Maximum product of scans or frames and pixels", "scanWork", \.scanWork))
    var maxScanWork: Int?

    @Option(help: Self.help("Maximum number of markers, chunks or boxes of a file", "markers", \.markers))
    var maxMarkers: Int?

    @Option(help: Self.help("Maximum predicted memory of a picture in bytes", "memoryBytes", \.memoryBytes))
    var maxMemoryBytes: Int?

    @Option(
        help: Self.help("Maximum share of damaged rows in percent", "damagedPercent", \.damagedPercent))
    var maxDamagedPercent: Int?

    @Option(help: Self.help("Maximum time for a picture in seconds", "seconds", \.seconds))
    var maxSeconds: Int?

    /// The limits with the values of the options that are given.
    var limits: PixelationLimits {
        var limits = PixelationLimits()
        for (limit, value) in [
            (\PixelationLimits.bytes, maxBytes), (\.pixels, maxPixels), (\.frames, maxFrames),
            (\.scans, maxScans), (\.scanWork, maxScanWork), (\.markers, maxMarkers),
            (\.memoryBytes, maxMemoryBytes), (\.damagedPercent, maxDamagedPercent), (\.seconds, maxSeconds),
        ] {
            if let value { limits[keyPath: limit] = value }
        }
        return limits
    }

    /// Returns the name of the option for a path of `PixelationOptions.problems()`, such as `--max-scan-work` for
    /// `limits.scanWork`; nil for another path.
    static func option(of field: String) -> String? {
        guard field.hasPrefix("limits.") else { return nil }
        return "--max-"
            + field.dropFirst("limits.".count).map { $0.isUppercase ? "-\($0.lowercased())" : "\($0)" }
            .joined()
    }

    private static func help(
        _ text: String, _ setting: String, _ limit: KeyPath<PixelationLimits, Int>
    ) -> ArgumentHelp {
        ArgumentHelp(
            "\(text) (pixelation.limits.\(setting)). Default: \(PixelationLimits()[keyPath: limit]).",
            valueName: "number")
    }
}
