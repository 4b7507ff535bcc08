// SPDX-License-Identifier: Apache-2.0

/// The program that a decoder process runs.
package struct DecoderProgram: Sendable, Equatable {
    /// The name of the hidden subcommand of each executable that can be its own decoder.
    package static let subcommand = "decoder"

    /// The path of the executable.
    package var path: String
    /// The arguments without the name of the program.
    package var arguments: [String]

    package init(path: String, arguments: [String]) {
        self.path = path
        self.arguments = arguments
    }

    /// The executable of this process, also when its file was replaced or removed.
    package static let thisExecutable = DecoderProgram(path: "/proc/self/exe", arguments: [subcommand])
}
