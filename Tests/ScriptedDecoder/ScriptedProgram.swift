// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Glibc

/// A program for tests whose decoders misbehave.
///
///     ScriptedDecoder MISBEHAVIOUR            a decoder that misbehaves at pictures of a width (`ScriptedDecoder`)
///     ScriptedDecoder parent MISBEHAVIOUR     a parent of such decoders (`LeakCheck`)
///     ScriptedDecoder run --config FILE       the service, whose decoders are this program (`ScriptedService`)
///     ScriptedDecoder decoder                 a decoder that misbehaves as the comment of a picture says
@main
enum ScriptedProgram {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.count == 2, arguments.first == "parent", let decoder = arguments.last {
            try LeakCheck.run(decoder: decoder)
        } else if arguments.count == 3, arguments.prefix(2) == ["run", "--config"],
            let path = arguments.last
        {
            exit(try await ScriptedService.run(configuration: path))
        } else if arguments.first == DecoderProgram.subcommand {
            try ScriptedDecoder(nil).run()
        } else {
            let misbehaviour = arguments.first.flatMap(Misbehaviour.init(rawValue:))
            try ScriptedDecoder(misbehaviour ?? Misbehaviour.none).run()
        }
    }
}
