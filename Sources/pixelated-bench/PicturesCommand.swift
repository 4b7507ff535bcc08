// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Decoding
import Glibc
import Pixelation

/// The command `pixelated-bench pictures`, which measures the pixel engine. It prints the engine's run times divided by
/// those of a library and of Pillow in the same run, so that the ratios are comparable between machines and on a busy
/// machine.
struct PicturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pictures",
        abstract: "Measure the engine against bare decoding by a library and Pillow.",
        discussion: """
            CPU times are in milliseconds of the measuring thread, of the fastest run; with a decoder process, its \
            time is added. Memory is the peak above idle in a process that pixelates only this file, the file included.

            Files in other formats than JPEG have lines of their own: PNG, TIFF, HEIC and AVIF, and GIF and WebP, \
            still and animated. A bare decode of a PNG or TIFF file yields rows, of a WebP, HEIC or AVIF file pixels, \
            of a GIF file the indices of all frames. Pillow is compared where it writes the format of the source. \
            Sources/pixelated-bench/make_pictures.py makes such files from a folder of photos: the photos and drawn \
            screenshots in 1, 4 and 12 megapixels, and animations.
            """)

    @Argument(help: "Pictures, or folders with pictures.")
    var paths: [String] = []

    @Option(help: "A folder of hostile files, of which the slowest and the largest are shown.")
    var hostile: String?

    @Option(help: "The number of runs of each measurement, of which the fastest counts.")
    var runs = 5

    @Option(help: "A python3 with Pillow. Without Pillow the reference is not measured.")
    var python = "python3"

    @Option(
        help: "The folder with the Python environments of other libraries, which make_environments makes.")
    var environments = Environments.standardFolder

    @Flag(help: "Do not measure other libraries.")
    var noLibraries = false

    @Option(help: .hidden)
    var childTask: String?

    func validate() throws {
        if runs < 1 { throw ValidationError("--runs must be at least 1") }
        if paths.isEmpty, hostile == nil {
            throw ValidationError("name at least one picture, or a folder with --hostile")
        }
    }

    func run() throws {
        if let childTask {
            guard let task = ChildTask(rawValue: childTask), let path = paths.first else {
                throw ValidationError("\(childTask) is not a task of the benchmark")
            }
            print(try task.perform(on: path))
            return
        }
        print(Machine.description)
        var report = Report()
        if !paths.isEmpty { try measure(&report) }
        if let hostile {
            let corpus = HostileCorpus(hostile)
            print(corpus.lines)
            report.hostile = corpus
        }
        print(report.table)
    }

    /// Measures all pictures of `paths`, prints a line for each, and adds the measurements to a report.
    private func measure(_ report: inout Report) throws {
        let files = paths.flatMap(Files.pictures)
        guard !files.isEmpty else { throw ValidationError("\(paths.joined(separator: ", ")): no pictures") }
        let reference = Reference(python: python)
        if !reference.isPresent { print("\(python) has no Pillow: the reference is not measured") }
        var isolated: IsolatedEngine?
        do {
            isolated = try IsolatedEngine()
        } catch {
            print("\(error): the isolated engine is not measured")
        }
        defer { isolated?.end() }
        var isJPEGHeading: Bool?
        func show(_ line: String, isJPEG: Bool) {
            if isJPEGHeading != isJPEG {
                print(isJPEG ? Measurement.heading : FormatMeasurement.heading)
            }
            isJPEGHeading = isJPEG
            print(line)
            fflush(nil)
        }
        for file in files {
            do {
                let pixelator = Pixelator(PixelationOptions(), reducer: InProcessReducer())
                let survey = try pixelator.survey(Files.read(file))
                if let kind = PictureKind(survey) {
                    let row = try FormatMeasurement(file, kind, runs: runs, reference: reference)
                    show(row.line, isJPEG: false)
                    report.formats.append(row)
                } else if survey.format == .jpeg {
                    let row = try Measurement(file, runs: runs, reference: reference, isolated: isolated)
                    show(row.line, isJPEG: true)
                    report.rows.append(row)
                } else {
                    print("\(Files.name(file)): \(survey.format.rawValue) is not measured")
                }
            } catch let error as PixelationError {
                print("\(Files.name(file)): \(error)")
            }
        }
        guard !report.rows.isEmpty || !report.formats.isEmpty else { throw ExitCode.failure }
        guard !report.rows.isEmpty else { return }
        let environments = Environments(folder: environments)
        let libraries = noLibraries ? [] : environments.installed(of: Library.allCases.filter { $0 != .seed })
        report.sets = SetTable(report.rows, environments, libraries, runs: runs)
    }
}
