// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Pixelation

/// Prints what the engine costs, as ratios to libjpeg-turbo and to the reference measured in the same run, so that they
/// hold on a busy machine too.
@main
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pixelated-bench",
        abstract: "Measures the pixel engine against bare libjpeg-turbo and the reference.",
        discussion: """
            CPU times are milliseconds of the measuring thread, the best of the runs. Memory is the peak above idle \
            of a process of its own, the file included.
            """)

    @Argument(help: "JPEG files, or folders of them.")
    var paths: [String] = []

    @Option(help: "A folder of files that are out for harm: its slowest and its largest are told.")
    var hostile: String?

    @Option(help: "Runs of each measurement; the best counts.")
    var runs = 5

    @Option(help: "A python3 that has Pillow; without one the reference is left out.")
    var python = "python3"

    @Option(help: .hidden)
    var childTask: String?

    func validate() throws {
        if runs < 1 { throw ValidationError("--runs must be at least 1") }
        if paths.isEmpty, hostile == nil { throw ValidationError("no pictures are named") }
    }

    func run() throws {
        if let childTask {
            guard let task = ChildTask(rawValue: childTask), let path = paths.first else {
                throw ValidationError("no such task")
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

    private func measure() throws -> [Measurement] {
        let files = paths.flatMap(Files.pictures)
        guard !files.isEmpty else { throw ValidationError("no JPEG files there") }
        let reference = Reference(python: python)
        if !reference.isPresent { print("no Pillow in \(python): the reference is left out") }
        var rows: [Measurement] = []
        print(Measurement.heading)
        for file in files {
            do {
                let row = try Measurement(file, runs: runs, reference: reference)
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
