// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Scripted

/// Pictures of each format, decoded and pixelated in this process as by a decoder.
enum PictureTargets {
    /// One target for each format. HEIC and AVIF have one, because a file states its coding behind its brand.
    ///
    /// Inputs are a file and a byte with the options: its bits are, from the lowest, three sizes, truncation, metadata,
    /// two of the format of outputs, still pictures only, a thorough check, and the messages of a decoder.
    static let all: [FuzzTarget] = [
        target("jpeg", [.jpeg], "JPEG files with Exif metadata and profiles", 8192),
        target("png", [.png], "PNG files with Exif metadata and profiles", 8192),
        target("gif", [.gif], "GIF files", 4096),
        target("webp", [.webp], "WebP files with Exif metadata and profiles", 8192),
        target("heif", [.heif, .avif], "HEIC and AVIF files", 8192),
        target("tiff", [.tiff], "TIFF files", 8192),
        target("bmp", [.bmp], "BMP files", 4096),
    ]

    private static func target(
        _ name: String, _ formats: [SourceFormat], _ summary: String, _ longest: Int
    ) -> FuzzTarget {
        FuzzTarget(
            name: name, summary: summary, longest: longest, words: words[name] ?? [],
            seeds: {
                var files = try [
                    "PixelationTests/formats.txt", "GIFTests/animations.txt", "HEIFTests/coded.txt",
                ]
                .flatMap { try FuzzTarget.files(in: $0) }
                files += PictureSeeds.files + HostileFile.small.map { $0.make() }
                files += FuzzTarget.sharedFiles(longest: longest)
                return files.enumerated().flatMap { index, file -> [[UInt8]] in
                    guard let format = SourceFormat(file.span), formats.contains(format) else { return [] }
                    // Most inputs have outputs in JPEG, because the instrumented writer of PNG needs 50 ms.
                    return [file + [64 + 8], file + [UInt8(truncatingIfNeeded: index * 37 + 128)]]
                }
            },
            check: { input in
                guard let selector = input.last else { return false }
                let file = Array(input.dropLast())
                guard let format = SourceFormat(file.span), formats.contains(format) else { return false }
                try PictureCheck(file, options(selector), throughMessages: selector & 128 != 0)
                    .run(thoroughly: selector & 64 != 0)
                return true
            })
    }

    private static func options(_ selector: UInt8) -> PixelationOptions {
        var options = PixelationOptions()
        options.sizes = selector & 1 == 0 ? [8] : [1, 3, 16]
        options.truncated = selector & 2 == 0 ? .refuse : .accept
        options.metadata = selector & 4 == 0 ? .upright : .reference
        options.output = [.same, .jpeg, .png, .webp][Int(selector >> 3) & 3]
        options.limits.pixels = 1 << 16
        options.limits.frames = selector & 32 == 0 ? 8 : 1
        options.limits.scans = 8
        options.limits.scanWork = 1 << 21
        options.limits.markers = 100
        options.limits.memoryBytes = 256 << 20
        options.limits.seconds = 20
        return options
    }

    private static let words: [String: [String]] = [
        "jpeg": ["Exif\0\0", "ICC_PROFILE\0", "Adobe", "JFIF\0"],
        "png": [
            "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "iCCP", "eXIf", "gAMA", "cHRM", "sRGB", "cICP", "acTL",
            "fdAT",
        ],
        "gif": ["GIF87a", "GIF89a", "NETSCAPE2.0", ","],
        "webp": ["RIFF", "WEBP", "VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF"],
        "heif": [
            "ftyp", "meta", "iprp", "ipco", "ispe", "hvcC", "av1C", "irot", "imir", "clap", "colr", "iloc",
            "iinf", "infe",
            "iref", "grid", "iovl", "auxC", "pitm", "idat", "mdat", "hvc1", "av01", "mif1", "heic", "avif",
        ],
        "tiff": ["II*\0", "MM\0*", "II+\0"],
        "bmp": ["BM"],
    ]
}
