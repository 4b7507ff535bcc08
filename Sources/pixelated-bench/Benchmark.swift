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
    var paths: [String]

    @Option(help: "Runs of each measurement; the best counts.")
    var runs = 5

    @Option(help: "A python3 that has Pillow; without one the reference is left out.")
    var python = "python3"

    @Option(help: .hidden)
    var measureMemoryOf: String?

    func validate() throws {
        if runs < 1 { throw ValidationError("--runs must be at least 1") }
    }

    func run() throws {
        if let measureMemoryOf {
            print(try MemoryPeak.ofPixelating(measureMemoryOf))
            return
        }
        let files = try paths.flatMap(Files.expand)
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
        print(Measurement.medians(rows))
    }
}
