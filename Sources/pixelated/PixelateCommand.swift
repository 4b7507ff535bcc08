// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Dispatch
import Pixelation
import Settings
import Support
import Worker

/// The command `pixelated pixelate`, which pixelates local files.
struct PixelateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pixelate",
        abstract: "Pixelate local files, with the same result as the service.",
        discussion: """
            For every file NAME, the command writes DIR/pixelated-8x8-NAME and the other sizes. A missing DIR is \
            created. Files that have the names of outputs are not pixelated again. Two files with one name need two \
            directories. Names that begin with two dashes follow the argument "--". Damage of files that are \
            pixelated nevertheless is written to the standard error. The exit status is 0 when all files succeeded, \
            otherwise 1.
            """)

    @Argument(
        help: ArgumentHelp("JPEG, PNG, GIF, WebP, HEIC, AVIF, TIFF and BMP files.", valueName: "file"),
        completion: .file())
    var files: [LocalPath]

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Directory for the outputs.", valueName: "dir"),
        completion: .directory)
    var output: LocalPath

    @Option(
        help: ArgumentHelp(
            "Numbers of blocks along each side. Default: 8,16,32,48,64.", valueName: "numbers"),
        transform: Arguments.text)
    var sizes: String?

    @Option(
        help:
            """
            upright: rotated according to the EXIF orientation, with the colour profile. reference: as Pillow 12.1.1 \
            makes them, neither rotated nor, in JPEG outputs, with the colour profile.
            """
    )
    var metadata = MetadataPolicy.upright

    @Option(
        help:
            """
            Format of the outputs: same (as the file), jpeg, png or webp. Outputs in another format than the file have \
            its ending behind NAME.
            """
    )
    var format = OutputFormatPolicy.same

    @Option(
        help: ArgumentHelp(
            "Colour behind transparent pictures in JPEG outputs. Default: \(BackgroundColor.white).",
            valueName: "colour"))
    var background = BackgroundColor.white

    @Option(help: "Treatment of truncated files: refuse or accept.")
    var truncated = TruncationPolicy.refuse

    @Option(
        help: ArgumentHelp(
            "Prefix of the outputs' file names. Default: \(Naming.defaultPrefix).", valueName: "prefix"),
        transform: Arguments.text)
    var namePrefix = Naming.defaultPrefix

    @Option(
        help: ArgumentHelp(
            "Maximum size of a file in bytes (pixelation.limits.bytes). Default: \(PixelationLimits().bytes).",
            valueName: "bytes"))
    var maxBytes: Int?

    @Option(
        help:
            """
            Isolation of the decoders: required, preferred (also with a sandbox of fewer parts), or off (for \
            debugging).
            """
    )
    var isolation = DecoderIsolation.required

    private var options: PixelationOptions {
        get throws {
            var options = PixelationOptions()
            options.metadata = metadata
            options.truncated = truncated
            options.output = format
            options.background = background
            if let sizes {
                let numbers = sizes.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
                guard !numbers.contains(nil) else {
                    throw ValidationError("--sizes must be numbers separated by commas (got \(sizes))")
                }
                options.sizes = numbers.compactMap(\.self)
            }
            if let maxBytes { options.limits.bytes = maxBytes }
            if let problem = options.problems().first {
                let option = problem.field.hasPrefix("limits") ? "--max-bytes" : "--sizes"
                throw ValidationError("\(option): must be \(problem.expected) (got \(problem.got))")
            }
            return options
        }
    }

    func validate() throws {
        _ = try options
        if namePrefix.contains("/") { throw ValidationError("--name-prefix must not contain a slash") }
    }

    func run() throws {
        let naming = Naming(namePrefix: namePrefix)
        let selection = LocalBatch.select(files, naming: naming)
        for (first, second) in selection.collisions {
            printError(
                "\(first) and \(second): their outputs would have the same names; use different directories"
            )
        }
        guard selection.collisions.isEmpty else { throw ExitCode.validationFailure }
        for path in selection.outputs {
            printError(
                "\(path): skipped, because it has the name of an output; --name-prefix changes these names")
        }
        guard !selection.files.isEmpty else { throw ExitCode(ExitReason.failure.rawValue) }
        do throws(LocalFile.Failure) {
            try LocalFile.makeDirectory(output)
        } catch {
            printError("\(error)")
            throw ExitCode(ExitReason.failure.rawValue)
        }
        let options = try options
        let count = max(1, min(selection.files.count, WorkerOptions().effectiveCPUWorkers))
        let decoders = Decoders(
            isolation, options, count: count, onEvent: { _ in })
        defer { decoders.shutDown() }
        if let failure = decoders.waitUntilReady(1) {
            printError("no decoder can be started: \(failure)")
            throw ExitCode(ExitReason.software.rawValue)
        }
        if !decoders.missing.isEmpty {
            printError("the kernel refuses parts of the sandbox of decoders: \(decoders.missing)")
        }
        let batch = LocalBatch(
            pixelator: Pixelator(options, reducer: decoders.reducer), naming: naming, directory: output,
            limits: options.limits)
        let failures = Locked(0)
        DispatchQueue.concurrentPerform(iterations: selection.files.count) { index in
            switch batch.pixelate(selection.files[index]) {
            case .done(let damage):
                for text in damage { printError(text) }
            case .failed(let problem):
                printError(problem)
                failures.withLock { $0 += 1 }
            }
        }
        if failures.withLock({ $0 }) > 0 { throw ExitCode(ExitReason.failure.rawValue) }
    }
}

extension MetadataPolicy: ExpressibleByArgument {}
extension OutputFormatPolicy: ExpressibleByArgument {}
extension BackgroundColor: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
extension TruncationPolicy: ExpressibleByArgument {}
extension DecoderIsolation: ExpressibleByArgument {}
