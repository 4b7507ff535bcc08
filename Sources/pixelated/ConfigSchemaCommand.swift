// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Settings
import Support

/// The command `pixelated config schema`, which prints the JSON Schema of the configuration file.
struct ConfigSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of the configuration file, for editors.",
        discussion: """
            Editors that know JSON Schema (draft 2020-12) complete and check a configuration file whose member \
            "$schema" is the address of the schema, such as "./config.schema.json". The service ignores this member. \
            A file that the schema accepts can still be invalid: the command pixelated check tests all rules.
            """)

    func run() throws { try StandardStreams.printLine(SettingsSchema.json.pretty()) }
}
