// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import DecoderProcesses

/// The program of a decoder process, which `run` and `pixelate` start. It is not for users.
struct DecoderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: DecoderProgram.subcommand,
        abstract: "Decode pictures for the process that starts this one.",
        shouldDisplay: false)

    func run() { DecoderMain.run() }
}
