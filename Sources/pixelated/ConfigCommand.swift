// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command `pixelated config`, which prints the configuration and its schema.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print the settings in force, and the schema of the configuration file.",
        discussion: "The commands do not connect to AWS. The command pixelated check tests the access to it.",
        subcommands: [ConfigShowCommand.self, ConfigSchemaCommand.self])
}
