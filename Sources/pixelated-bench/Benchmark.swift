// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import DecoderProcesses

/// The benchmarks of the pixel engine, and of the daemon from an event to the outputs.
@main
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pixelated-bench",
        abstract: "Measure the engine and the daemon against libraries and workers.",
        subcommands: [PicturesCommand.self, ServiceCommand.self], defaultSubcommand: PicturesCommand.self)

    static func main() {
        // The benchmark is the program of its own decoders.
        if CommandLine.arguments.dropFirst().elementsEqual([DecoderProgram.subcommand]) { DecoderMain.run() }
        main(nil)
    }
}
