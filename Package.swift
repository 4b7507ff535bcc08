// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// The modules are listed by layer, the lowest first. A module depends only on modules of lower layers;
// `Tests/ArchitectureTests` checks this file and the imports of the sources.

/// The settings of every Swift module: warnings are errors, imports are private, existentials are spelled `any`.
let edge: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// The settings of modules that use neither C nor raw memory. The compiler checks that they do not. They include all
/// modules that parse pictures outside the decoder processes.
let pure: [SwiftSetting] = edge + [.strictMemorySafety()]

/// The settings of the modules that read and write every sample of a picture. Their debug builds are optimized as well,
/// because their tests take four times as long otherwise; `assert` is checked nevertheless.
let optimized: [SwiftSetting] = [
    .unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))
]

/// The settings of the C code, which handles untrusted bytes: stack protection, and glibc's checks of buffer lengths,
/// which need an optimized build.
let c: [CSetting] = [
    .enableWarning("all"), .enableWarning("extra"), .enableWarning("conversion"),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-fstack-protector-strong"]),
    .define("_FORTIFY_SOURCE", to: "2", .when(configuration: .release)),
]

/// The linker settings of the program: all symbols are resolved at the start, so that the tables of their addresses are
/// read-only afterwards.
let linker: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "-z", "-Xlinker", "now"])]

/// The commit that the program states after its version. The scripts of packages and images set the variable. It must
/// be hexadecimal because it becomes a part of the command line of the compiler.
let commit = Context.environment["PIXELATOR_COMMIT"].flatMap { $0.allSatisfy(\.isHexDigit) ? $0 : nil } ?? ""

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "pixelator",
    products: [.executable(name: "pixelated", targets: ["pixelated"])],
    // Exact versions: Package.resolved is not committed, and this list fixes every version that is fetched.
    dependencies: [
        // The command line: help, validation and shell completions. The executables alone import it.
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        // The logging interface of Swift on servers. The log handlers are in `Systemd`.
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        // Only its library `UnixSignals`: signals as an async sequence that is registered when the call returns.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
        // Dependencies of swift-service-lifecycle, which are fetched and not linked. The list fixes their versions.
        .package(url: "https://github.com/apple/swift-async-algorithms.git", exact: "1.1.4"),
        .package(url: "https://github.com/apple/swift-collections.git", exact: "1.6.0"),
    ],
    targets: [
        // Layer 0: the C libraries of the distribution.
        .systemLibrary(name: "CLibC"),
        .systemLibrary(name: "CLibCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        // Decodes the GIF files that the tests write: a reference, which the program is not linked with.
        .systemLibrary(name: "CLibGIF", pkgConfig: "libgif", providers: [.apt(["libgif-dev"])]),
        .systemLibrary(name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
        // PNG: libpng 1.6 decodes the rows in the decoder processes. It needs 0.78 to 0.96 of the time of libspng 0.7.3
        // for photos and screenshots of 1 to 12 megapixels (1.07 for a palette), and adds 0.4 MB to an image.
        .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        // The seccomp filter of processes that decode pictures, for x86-64 and arm64.
        .systemLibrary(name: "CLibSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .systemLibrary(name: "CLibSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        // Writes the TIFF files of the tests, and is their reference, which the program is not linked with.
        .systemLibrary(name: "CLibTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
        // WebP: the decoder and the demuxer of libwebp, which the decoder processes use. They add 0.7 MB to an image.
        .systemLibrary(name: "CLibWebP", pkgConfig: "libwebpdemux", providers: [.apt(["libwebp-dev"])]),
        // The inventories of S3 are gzip files. Every image has zlib, which libpng and libcurl use as well.
        .systemLibrary(name: "CLibZ", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // The TurboJPEG interface of the same library: a reference for the tests and the benchmark.
        .systemLibrary(
            name: "CLibTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),

        // Layer 1: the C code of the project, and what all other modules may share.
        // HEIC and AVIF: libheif, which the decoder processes load when they start, so that the program runs without
        // it. Only its header is needed here. Debian 12's libheif1 with libde265, dav1d and the encoders that it is
        // linked with adds 25 MB to an image.
        .target(name: "CDigests", cSettings: c),
        .target(name: "CHEIF", cSettings: c),
        .target(name: "CJPEG", dependencies: ["CLibJPEG"], cSettings: c),
        .target(name: "CPNG", dependencies: ["CLibPNG"], cSettings: c),
        .target(name: "CPixels", cSettings: c),
        .target(name: "CSandbox", cSettings: c),
        // TIFF: libtiff 4 decodes the strips and tiles in the decoder processes, which load it when they start, because
        // its file has another name on Amazon Linux 2023. It adds 1.6 MB to an image, with libdeflate, libLerc and
        // libjbig, of which the last two are loaded and never called.
        .target(name: "CTIFF", cSettings: c),
        .target(name: "CVersion", cSettings: c + [.define("PIXELATOR_COMMIT", to: "\"\(commit)\"")]),
        .target(name: "CWebP", dependencies: ["CLibWebP"], cSettings: c),
        .target(name: "Support", swiftSettings: edge),

        // Layer 2: values and arithmetic without I/O.
        .target(name: "HTTP", dependencies: ["Support"], swiftSettings: pure),
        .target(name: "Exif", swiftSettings: pure),
        .target(name: "Digests", dependencies: ["CDigests", "CLibCrypto"], swiftSettings: edge),
        .target(name: "Gzip", dependencies: ["CLibZ"], swiftSettings: edge),
        .target(name: "Pixels", dependencies: ["CPixels"], swiftSettings: edge + optimized),
        .target(name: "S3Events", dependencies: ["Support"], swiftSettings: pure),
        .target(name: "Metrics", dependencies: ["Support"], swiftSettings: edge),
        .target(name: "Sizing", swiftSettings: pure),

        // Layer 3: modules with one external interface each, and request signatures.
        .target(name: "SigV4", dependencies: ["HTTP", "Digests", "Support"], swiftSettings: pure),
        .target(name: "Curl", dependencies: ["HTTP", "Support", "CLibCurl"], swiftSettings: edge),
        .target(name: "BMP", dependencies: ["Pixels"], swiftSettings: pure),
        .target(name: "JPEG", dependencies: ["Exif", "Pixels", "Support"], swiftSettings: pure),
        .target(name: "GIF", dependencies: ["Pixels"], swiftSettings: pure),
        .target(name: "GIFEncoder", dependencies: ["Pixels"], swiftSettings: pure + optimized),
        .target(name: "HEIF", dependencies: ["Pixels"], swiftSettings: pure),
        .target(
            name: "JPEGEncoder", dependencies: ["CPixels", "Pixels", "Support"],
            swiftSettings: edge + optimized),
        .target(name: "PNG", dependencies: ["Exif", "Pixels"], swiftSettings: pure),
        .target(name: "PNGEncoder", dependencies: ["Digests", "Pixels"], swiftSettings: edge + optimized),
        .target(name: "TIFF", dependencies: ["Pixels"], swiftSettings: pure),
        .target(name: "WebP", dependencies: ["Exif", "Pixels"], swiftSettings: pure),
        .target(name: "WebPEncoder", dependencies: ["Pixels"], swiftSettings: pure + optimized),
        .target(name: "Sandbox", dependencies: ["CSandbox", "CLibSeccomp"], swiftSettings: edge),
        .target(
            name: "Systemd", dependencies: ["Support", "Metrics", "CLibSystemd", log], swiftSettings: edge),
        // Traces in the protocol of OpenTelemetry, whose 60 lines of Protocol Buffers need no library.
        .target(name: "Tracing", dependencies: ["HTTP", "Metrics", "Support"], swiftSettings: pure),

        // Layer 4: the AWS client, the pixel engine, and the decoder of JPEG files.
        .target(
            name: "AWS",
            dependencies: ["SigV4", "HTTP", "Digests", "Metrics", "Support", "CLibC", "CLibExpat", log],
            swiftSettings: edge),
        .target(
            name: "Pixelation",
            dependencies: [
                "Support", "BMP", "GIF", "GIFEncoder", "HEIF", "JPEG", "JPEGEncoder", "PNG", "PNGEncoder",
                "Pixels",
                "TIFF", "WebP", "WebPEncoder",
            ],
            swiftSettings: pure + optimized),
        .target(name: "BMPDecoder", dependencies: ["BMP", "Pixels"], swiftSettings: edge + optimized),
        .target(
            name: "HEIFDecoder", dependencies: ["HEIF", "Support", "CHEIF"], swiftSettings: edge + optimized),
        .target(
            name: "TIFFDecoder", dependencies: ["TIFF", "Pixels", "Support", "CTIFF"],
            swiftSettings: edge + optimized),
        .target(
            name: "WebPDecoder", dependencies: ["WebP", "Support", "CWebP"], swiftSettings: edge + optimized),
        .target(
            name: "PNGDecoder", dependencies: ["PNG", "Support", "CPNG"], swiftSettings: edge + optimized),
        // Swift that is checked for memory safety in place of giflib, which is slower and refuses files that Pillow
        // reads.
        .target(name: "GIFDecoder", dependencies: ["GIF", "Pixels"], swiftSettings: pure + optimized),
        .target(
            name: "JPEGDecoder", dependencies: ["JPEG", "Support", "CJPEG"], swiftSettings: edge + optimized),

        // Layer 5: the decoding of pictures, the only user of the decoders, and the processing of messages.
        .target(
            name: "Decoding",
            dependencies: [
                "Pixelation", "BMP", "BMPDecoder", "GIF", "GIFDecoder", "HEIF", "HEIFDecoder", "JPEG",
                "JPEGDecoder", "PNG",
                "PNGDecoder", "Pixels",
                "Support", "TIFF", "TIFFDecoder", "WebP", "WebPDecoder",
            ],
            swiftSettings: edge),
        // The examination of outputs, which decodes nothing but the coefficients of JPEG files itself.
        .target(
            name: "Verification", dependencies: ["JPEGEncoder", "Pixelation", "Pixels", "Support"],
            swiftSettings: pure),
        .target(
            name: "Worker",
            dependencies: [
                "AWS", "Pixelation", "S3Events", "Metrics", "Digests", "HTTP", "Tracing", "Support", "CLibC",
                log,
            ],
            swiftSettings: edge),

        // Layer 6: the processes that decode, and the configuration of all modules below.
        .target(
            name: "DecoderProcesses",
            dependencies: [
                "Decoding", "Pixelation", "JPEGEncoder", "Sandbox", "Pixels", "Support", "CLibC",
            ],
            swiftSettings: edge),
        .target(
            name: "Settings",
            dependencies: [
                "Support", "Worker", "AWS", "Pixelation", "Curl", "Systemd", "Tracing", "HTTP", log,
            ],
            swiftSettings: edge),

        // The comparison of buckets, which uses the names, stamps and quarantine records of the worker.
        .target(
            name: "Audit",
            dependencies: ["AWS", "Gzip", "HTTP", "Pixelation", "S3Events", "Support", "Worker"],
            swiftSettings: pure),

        // The reader and the replay of the quarantine.
        .target(
            name: "DeadLetters", dependencies: ["AWS", "Pixelation", "S3Events", "Support", "Worker"],
            swiftSettings: pure),

        // Layer 7: composition and lifecycle of the service.
        .target(
            name: "Daemon",
            dependencies: [
                "DecoderProcesses", "Sandbox", "Settings", "Worker", "AWS", "SigV4", "Pixelation", "Decoding",
                "Curl", "HTTP", "Systemd", "Metrics", "Tracing",
                "Support", "CLibC",
                log, .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: edge),

        // The selection and the pixelation of local files.
        .target(
            name: "LocalPictures",
            dependencies: ["PNGEncoder", "Pixelation", "Pixels", "Settings", "Support"], swiftSettings: edge),

        // Layer 8: the executables.
        .executableTarget(
            name: "pixelated",
            dependencies: [
                "Audit", "Daemon", "DeadLetters", "DecoderProcesses", "LocalPictures", "Settings", "Sizing",
                "Verification", "Worker", "AWS",
                "Pixelation", "Curl",
                "Systemd", "Support", "CVersion", log,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: edge, linkerSettings: linker),
        .executableTarget(
            name: "pixelated-bench",
            dependencies: [
                "DecoderProcesses", "Decoding", "Pixelation", "JPEGDecoder", "JPEGEncoder", "JPEG",
                "Pixels", "WebP", "Digests", "Support", "Scripted", "CLibTurboJPEG", "CPlainGIF",
                "CPlainHEIF", "CPlainPNG",
                "CPlainTIFF", "CPlainWebP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["libraries.py", "make_environments", "make_pictures.py", "measure.py", "worker.py"],
            swiftSettings: edge, linkerSettings: linker),

        .executableTarget(
            name: "pixelated-http-bench",
            dependencies: [
                "SigV4", "Curl", "HTTP", "Support",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], exclude: ["compare.py"],
            swiftSettings: edge),

        // Tests: one target for each module, and what the tests share.
        .target(
            name: "Scripted", dependencies: ["HTTP", "Pixelation", "Pixels", "Support", "CLibZ", log],
            path: "Tests/Scripted", swiftSettings: edge),
        // The worker at simulated services, in virtual time, for WorkerTests and `simulate`.
        .target(
            name: "WorkerSimulation",
            dependencies: [
                "Worker", "AWS", "Metrics", "Pixelation", "S3Events", "Support", "Scripted", log,
            ],
            path: "Tests/WorkerSimulation", swiftSettings: edge),
        // The program of Tests/simulate.
        .executableTarget(
            name: "simulate", dependencies: ["WorkerSimulation"], path: "Tests/SimulateProgram",
            swiftSettings: edge),
        // A C interface to libjpeg that writes test files of every kind and decodes without the code of the engine.
        .target(
            name: "CPlainJPEG", dependencies: ["CLibJPEG"], path: "Tests/CPlainJPEG", cSettings: c),
        // A C interface to libpng that writes test files of every kind and decodes without the code of the engine.
        .target(name: "CPlainPNG", dependencies: ["CLibPNG"], path: "Tests/CPlainPNG", cSettings: c),
        // A C interface to libwebp that writes test files of every kind and decodes without the code of the engine.
        .target(
            name: "CPlainWebP", dependencies: ["CLibWebP"], path: "Tests/CPlainWebP", cSettings: c,
            linkerSettings: [.linkedLibrary("webpmux")]),
        // A C interface to giflib, which decodes without the code of the engine.
        .target(
            name: "CPlainGIF", dependencies: ["CLibGIF"], path: "Tests/CPlainGIF", cSettings: c,
            linkerSettings: [.linkedLibrary("gif")]),
        // A decoder by libheif, with which the benchmark compares the engine.
        .target(name: "CPlainHEIF", path: "Tests/CPlainHEIF", cSettings: c),
        // A C interface to libtiff that writes test files of every kind and decodes without the code of the engine.
        .target(name: "CPlainTIFF", dependencies: ["CLibTIFF"], path: "Tests/CPlainTIFF", cSettings: c),
        // A malloc that counts, for tests of predicted memory.
        .target(name: "CAllocationCount", path: "Tests/CAllocationCount", cSettings: c),
        // A program that enters the sandbox and then does what its argument says, and the calls that it does.
        .target(name: "CForbidden", path: "Tests/CForbidden", cSettings: c),
        .executableTarget(
            name: "SandboxedProgram", dependencies: ["Sandbox", "CForbidden", "CLibSeccomp"],
            path: "Tests/SandboxedProgram", swiftSettings: edge, linkerSettings: linker),
        .testTarget(name: "SupportTests", dependencies: ["Support"], swiftSettings: edge),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP", "Support"], swiftSettings: edge),
        .testTarget(name: "DigestsTests", dependencies: ["Support", "Digests"], swiftSettings: edge),
        .testTarget(
            name: "PixelsTests", dependencies: ["Support", "JPEGEncoder", "Pixels", "Digests", "Scripted"],
            exclude: ["make_golden.py", "golden.txt"], swiftSettings: edge),
        .testTarget(
            name: "AuditTests",
            dependencies: ["Audit", "AWS", "Pixelation", "S3Events", "Support", "Worker", "Scripted"],
            swiftSettings: edge),
        .testTarget(
            name: "DeadLettersTests",
            dependencies: ["DeadLetters", "AWS", "Decoding", "Pixelation", "Support", "Worker"],
            swiftSettings: edge),
        .testTarget(name: "GzipTests", dependencies: ["Gzip", "Scripted"], swiftSettings: edge),
        .testTarget(name: "S3EventsTests", dependencies: ["S3Events"], swiftSettings: edge),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics"], swiftSettings: edge),
        .testTarget(
            name: "SizingTests", dependencies: ["Sizing", "Decoding", "Pixelation"], swiftSettings: edge),
        .testTarget(
            name: "TracingTests", dependencies: ["Tracing", "HTTP", "Metrics", "Support", "Scripted"],
            swiftSettings: edge),
        .testTarget(
            name: "SigV4Tests", dependencies: ["SigV4", "HTTP", "Support"], exclude: ["Cases"],
            swiftSettings: edge),
        .testTarget(
            name: "CurlTests", dependencies: ["Curl", "HTTP", "Support", "CLibCurl", "Scripted"],
            swiftSettings: edge),
        .testTarget(
            name: "GIFTests",
            dependencies: ["GIF", "GIFDecoder", "Digests", "Pixels", "Support", "Scripted", "CPlainGIF"],
            exclude: ["make_animations.py", "animations.txt"], swiftSettings: edge),
        .testTarget(
            name: "GIFEncoderTests",
            dependencies: [
                "GIF", "GIFDecoder", "GIFEncoder", "Pixels", "Scripted", "CPlainGIF", "CAllocationCount",
            ],
            swiftSettings: edge),
        .testTarget(
            name: "HEIFTests",
            dependencies: ["HEIF", "HEIFDecoder", "Pixels", "Support", "Scripted", "CAllocationCount"],
            exclude: ["make_coded.py", "coded.txt"], swiftSettings: edge),
        .testTarget(name: "JPEGTests", dependencies: ["JPEG", "Pixels", "Scripted"], swiftSettings: edge),
        .testTarget(
            name: "JPEGEncoderTests",
            dependencies: ["CPixels", "JPEGEncoder", "Pixels", "CLibJPEG", "CLibTurboJPEG", "Scripted"],
            swiftSettings: edge),
        .testTarget(name: "PNGTests", dependencies: ["PNG", "Pixels", "Scripted"], swiftSettings: edge),
        .testTarget(
            name: "PNGDecoderTests",
            dependencies: [
                "PNGDecoder", "PNGEncoder", "PNG", "Pixels", "Support", "Scripted", "CPlainPNG", "CPNG",
                "CAllocationCount",
            ],
            exclude: ["pillow_rows.py"],
            swiftSettings: edge),
        .testTarget(
            name: "PNGEncoderTests",
            dependencies: ["PNGEncoder", "Pixels", "Scripted", "CPlainPNG", "CAllocationCount"],
            exclude: ["pillow_sizes.py"],
            swiftSettings: edge),
        .testTarget(
            name: "TIFFTests",
            dependencies: [
                "TIFF", "TIFFDecoder", "Pixels", "Support", "Scripted", "CPlainTIFF", "CAllocationCount",
            ],
            swiftSettings: edge),
        .testTarget(name: "WebPTests", dependencies: ["WebP", "Pixels", "Scripted"], swiftSettings: edge),
        .testTarget(
            name: "WebPDecoderTests",
            dependencies: [
                "WebPDecoder", "WebP", "WebPEncoder", "Pixels", "Support", "CPlainWebP", "CWebP",
                "CAllocationCount", "Scripted",
            ],
            exclude: ["pillow_frames.py"], swiftSettings: edge),
        .testTarget(
            name: "WebPEncoderTests", dependencies: ["WebPEncoder", "Pixels", "CPlainWebP", "Scripted"],
            swiftSettings: edge),
        .testTarget(
            name: "SandboxTests",
            dependencies: ["Sandbox", "SandboxedProgram", "Support", "CLibSeccomp", "CLibC", "Scripted"],
            swiftSettings: edge),
        .testTarget(
            name: "SystemdTests", dependencies: ["Systemd", "Metrics", "Support", log], swiftSettings: edge),
        .testTarget(
            name: "AWSTests", dependencies: ["AWS", "SigV4", "Curl", "HTTP", "Support", "Scripted", log],
            exclude: ["Credentials", "Endpoints", "Tools"], swiftSettings: edge),
        .testTarget(
            name: "PixelationTests",
            dependencies: [
                "Support", "Pixelation", "Decoding", "DecoderProcesses", "JPEGEncoder", "Pixels", "Digests",
                "Scripted", "GIF", "GIFEncoder", "PNGEncoder", "WebP", "WebPEncoder", "CPlainJPEG",
                "CPlainPNG", "CAllocationCount",
            ],
            exclude: [
                "make_golden.py", "golden.txt", "make_damaged.py", "damaged.txt", "make_formats.py",
                "formats.txt",
            ],
            swiftSettings: edge),
        // A decoder that misbehaves, for DecoderProcessesTests, and the service with such decoders, for EndToEndTests.
        .executableTarget(
            name: "ScriptedDecoder",
            dependencies: [
                "DecoderProcesses", "Decoding", "Sandbox", "Pixelation", "JPEGEncoder", "Pixels", "CLibC",
                "Daemon", "Settings", "Systemd", "Support",
            ],
            path: "Tests/ScriptedDecoder", swiftSettings: edge, linkerSettings: linker),
        .testTarget(
            name: "DecoderProcessesTests",
            dependencies: [
                "DecoderProcesses", "Decoding", "Sandbox", "Pixelation", "JPEGEncoder", "Pixels",
                "Support", "Scripted", "ScriptedDecoder", "CPlainJPEG",
            ],
            swiftSettings: edge),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "Worker", "WorkerSimulation", "simulate", "AWS", "Pixelation", "S3Events", "HTTP", "Metrics",
                "Tracing", "Support", "Scripted", "Systemd", "CAllocationCount",
                log,
            ],
            swiftSettings: edge),
        .testTarget(
            name: "VerificationTests",
            dependencies: [
                "Verification", "Decoding", "GIFEncoder", "JPEGEncoder", "PNGEncoder", "Pixelation", "Pixels",
                "Scripted", "WebPEncoder",
            ],
            swiftSettings: edge),
        .testTarget(
            name: "SettingsTests", dependencies: ["Settings", "Worker", "AWS", "Pixelation", log],
            swiftSettings: edge),
        .testTarget(
            name: "LocalPicturesTests",
            dependencies: [
                "LocalPictures", "Decoding", "JPEGEncoder", "Pixelation", "Pixels", "Settings", "Support",
                "CPlainPNG",
            ],
            swiftSettings: edge),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Daemon", "DecoderProcesses", "Settings", "Worker", "AWS", "Curl", "Pixelation", "HTTP",
                "Metrics",
                "Sandbox", "Scripted", "Systemd", "Support", log,
            ],
            swiftSettings: edge),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Scripted", "ScriptedDecoder", "DecoderProcesses", "Pixelation"],
            exclude: ["Tools"],
            swiftSettings: edge),
        .testTarget(name: "ArchitectureTests", dependencies: ["Settings"], swiftSettings: edge),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)

// libFuzzer's runtime library without its main function. Tests/fuzz sets the variable; no other build has the fuzz
// targets, because all code is instrumented for them.
if let fuzzer = Context.environment["PIXELATOR_FUZZER"] {
    package.targets += [
        .target(name: "CFuzzer", path: "Tests/CFuzzer", cSettings: c),
        .executableTarget(
            name: "FuzzTargets",
            dependencies: [
                "AWS", "DeadLetters", "Decoding", "DecoderProcesses", "Exif", "GIFEncoder", "Gzip", "HTTP",
                "JPEGEncoder", "PNGEncoder", "Pixelation", "Pixels", "S3Events", "Sandbox", "Scripted",
                "Settings", "SigV4", "Support", "Systemd", "Tracing", "Verification", "WebPEncoder", "Worker",
                "CFuzzer", "CLibC", "CPlainGIF", "CPlainJPEG", "CPlainPNG", "CPlainWebP", log,
            ],
            path: "Tests/FuzzTargets", exclude: ["botocore_oracle.py"], swiftSettings: edge,
            linkerSettings: [.unsafeFlags([fuzzer, "-lstdc++"])]),
    ]
}
