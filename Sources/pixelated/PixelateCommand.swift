// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import LocalPictures
import Pixelation
import Settings
import Support
import Worker

/// The command `pixelated pixelate`, which pixelates local files.
struct PixelateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pixelate",
        abstract: "Pixelate local files and folders, with the same result as the service.",
        discussion: """
            For every file NAME, the command writes DIR/pixelated-8x8-NAME and the other sizes. A missing DIR is \
            created. An argument is a file, a folder, a pattern that the shell has not expanded (glob(7)), or "-" for \
            the standard input. Of a folder, all files below it whose content is a picture are pixelated, and their \
            outputs are at the same places below DIR. Hidden files and DIR itself are left out.

            Files that have the names of outputs are not pixelated again. Two files whose outputs would have the same \
            names are refused before any work. Names that begin with two dashes follow the argument "--". The last \
            line on standard error states how many files were pixelated and why others failed. An output is \
            complete or not there, also after Ctrl-C.

            The exit status is 0 when all files succeeded, and 1 when some failed or none was pixelated.
            """)

    @Argument(
        help: ArgumentHelp(
            "JPEG, PNG, GIF, WebP, HEIC, AVIF, TIFF and BMP files, folders, patterns, or - for the standard input.",
            valueName: "file"),
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
            "Colour behind transparent pictures in JPEG outputs.",
            valueName: "colour"))
    var background = BackgroundColor.white

    @Option(help: "Treatment of truncated files: refuse or accept.")
    var truncated = TruncationPolicy.refuse

    @Option(
        help: ArgumentHelp(
            "Prefix of the outputs' file names. Default: \(Naming.defaultPrefix).", valueName: "prefix"),
        transform: Arguments.text)
    var namePrefix = Naming.defaultPrefix

    @OptionGroup(title: "Limits") var limits: LimitArguments

    @Option(
        help:
            """
            Isolation of the decoders: required, preferred (also with a sandbox of fewer parts), or off (for \
            debugging).
            """
    )
    var isolation = DecoderIsolation.required

    @Option(
        help: ArgumentHelp(
            "Number of files that are processed at the same time, 1...1024. Default: the number of processors.",
            valueName: "number"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp(
            "File name of the standard input, for the names of its outputs. Default: picture.ENDING of its format.",
            valueName: "name"),
        transform: Arguments.text)
    var name: String?

    @Flag(
        help: """
            Write pixelated-contact-sheet.html, a page that contains the outputs in small, and the same as a PNG file.
            """)
    var contactSheet = false

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Print a line for each file to standard output.")
    var verbose = false

    /// The options that begin with two dashes and of which no value follows, or one that is a path.
    static let notBeforeValue: Set = ["--output", "--contact-sheet", "--quiet", "--verbose"]

    private var options: PixelationOptions {
        get throws {
            var options = PixelationOptions()
            options.metadata = metadata
            options.truncated = truncated
            options.output = format
            options.background = background
            options.limits = limits.limits
            if let sizes {
                let numbers = sizes.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
                guard !numbers.contains(nil) else {
                    throw ValidationError("--sizes must be numbers separated by commas (got \(sizes))")
                }
                options.sizes = numbers.compactMap(\.self)
            }
            if let problem = options.problems().first {
                let option = LimitArguments.option(of: problem.field) ?? "--sizes"
                throw ValidationError("\(option): must be \(problem.expected) (got \(problem.got))")
            }
            return options
        }
    }

    func validate() throws {
        _ = try options
        if namePrefix.contains("/") { throw ValidationError("--name-prefix must not contain a slash") }
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs must be 1...1024") }
        if quiet, verbose { throw ValidationError("--quiet and --verbose exclude each other") }
        guard let name else { return }
        guard files.contains(PictureSelection.standardInput) else {
            throw ValidationError("--name is the name of the standard input, for which the argument - stands")
        }
        guard !name.isEmpty, !name.contains("/"), name != ".", name != ".." else {
            throw ValidationError("--name must be a file name")
        }
    }

    func run() throws {
        let begin = ContinuousClock.now
        let interrupts = InterruptSignals()
        let naming = Naming(namePrefix: namePrefix)
        let options = try options
        var selection = PictureSelection(
            files,
            PictureSelection.Options(
                naming: naming, directory: output, standardInputName: name,
                maximumBytes: options.limits.bytes), interrupts.cancellation)
        if !quiet {
            for path in selection.namedOutputs {
                printError(
                    "\(path): skipped, because it has the name of an output; --name-prefix changes these names"
                )
            }
        }
        for failure in selection.failures { printError("\(failure)") }
        try refuse(selection.collisions)
        let report = PixelateReport(
            selection, isQuiet: quiet, isVerbose: verbose, sheet: contactSheet ? ContactSheet() : nil)
        if !selection.pictures.isEmpty {
            try pixelate(&selection, options, naming, interrupts, report)
        }
        if !selection.pictures.isEmpty, !interrupts.cancellation.isCancelled {
            report.writeSheet(to: output, naming)
        }
        report.end(isInterrupted: interrupts.cancellation.isCancelled, time: begin.duration(to: .now))
        interrupts.endIfReceived()
        if !report.isSuccess { throw ExitCode(ExitReason.failure.rawValue) }
    }

    /// Pixelates the selected files.
    private func pixelate(
        _ selection: inout PictureSelection, _ options: PixelationOptions, _ naming: Naming,
        _ interrupts: InterruptSignals, _ report: PixelateReport
    ) throws {
        do throws(LocalFile.Failure) { try LocalFile.makeDirectory(output) } catch {
            printError("\(error)")
            throw ExitCode(ExitReason.failure.rawValue)
        }
        let jobs = min(selection.pictures.count, jobs ?? WorkerOptions().effectiveCPUWorkers)
        let decoders = Decoders(isolation, options, count: jobs, onEvent: { _ in })
        defer { decoders.shutDown() }
        let batch = PictureBatch(
            Pixelator(options, reducer: decoders.reducer), naming: naming, directory: output,
            cancellation: interrupts.cancellation, previews: contactSheet ? ContactSheet.maximumPictures : 0)
        selection.findCollisions(ending: batch.outputEnding)
        try refuse(selection.collisions)
        try decoders.requireOne()
        if !decoders.missing.isEmpty {
            printError("the kernel refuses parts of the sandbox of decoders: \(decoders.missing)")
        }
        let pictures = selection.pictures
        batch.run(pictures, jobs: jobs) { index, result in report.add(pictures[index], result, index: index) }
    }

    private func refuse(_ collisions: [(first: LocalPicture, second: LocalPicture)]) throws {
        for (first, second) in collisions {
            printError(
                "\(first) and \(second): their outputs would have the same names; use different directories")
        }
        guard collisions.isEmpty else { throw ExitCode.validationFailure }
    }
}

extension MetadataPolicy: ExpressibleByArgument {}
extension OutputFormatPolicy: ExpressibleByArgument {}
extension BackgroundColor: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
extension TruncationPolicy: ExpressibleByArgument {}
extension DecoderIsolation: ExpressibleByArgument {}
