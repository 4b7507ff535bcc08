// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import DecoderProcesses
import Glibc
import Pixelation

/// The benchmark of the pixel engine. It prints the engine's run times divided by those of libjpeg-turbo and of Pillow
/// in the same run, so that the ratios are comparable between machines and on a busy machine.
@main
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pixelated-bench",
        abstract: "Measure the engine against bare libjpeg-turbo and Pillow.",
        discussion: """
            CPU times are in milliseconds of the measuring thread, of the fastest run; with a decoder process, its \
            time is added. Memory is the peak above idle in a process that pixelates only this file, the file included.
            """)

    @Argument(help: "JPEG files, or folders with JPEG files.")
    var paths: [String] = []

    @Option(help: "A folder of hostile files, of which the slowest and the largest are shown.")
    var hostile: String?

    @Option(help: "The number of runs of each measurement, of which the fastest counts.")
    var runs = 5

    @Option(help: "A python3 with Pillow. Without Pillow the reference is not measured.")
    var python = "python3"

    @Option(help: .hidden)
    var childTask: String?

    static func main() {
        // The benchmark is the program of its own decoders.
        if CommandLine.arguments.dropFirst().elementsEqual([DecoderProgram.subcommand]) { DecoderMain.run() }
        main(nil)
    }

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
        var report = Report()
        if !paths.isEmpty { report.rows = try measure() }
        if let hostile {
            let corpus = HostileCorpus(hostile)
            print(corpus.lines)
            report.hostile = corpus
        }
        print(report.table)
    }

    /// Measures all pictures of `paths`, prints a line for each, and returns the measurements.
    private func measure() throws -> [Measurement] {
        let files = paths.flatMap(Files.pictures)
        guard !files.isEmpty else { throw ValidationError("\(paths.joined(separator: ", ")): no JPEG files") }
        let reference = Reference(python: python)
        if !reference.isPresent { print("\(python) has no Pillow: the reference is not measured") }
        var isolated: IsolatedEngine?
        do {
            isolated = try IsolatedEngine()
        } catch {
            print("\(error): the isolated engine is not measured")
        }
        defer { isolated?.end() }
        var rows: [Measurement] = []
        print(Measurement.heading)
        for file in files {
            do {
                let row = try Measurement(file, runs: runs, reference: reference, isolated: isolated)
                print(row.line)
                rows.append(row)
            } catch let error as PixelationError {
                print("\(Files.name(file)): \(error)")
            }
        }
        guard !rows.isEmpty else { throw ExitCode.failure }
        return rows
    }
}
