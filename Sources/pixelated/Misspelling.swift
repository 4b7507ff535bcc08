// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials
import Support

/// The first unknown command or option of a command line that ArgumentParser refuses, with the most similar known one.
///
/// ArgumentParser names no similar command, and reports a required option as missing when its name is misspelled.
struct Misspelling: CustomStringConvertible {
    /// The error text.
    let description: String

    /// Finds the misspelling in a command line.
    ///
    /// - Returns: nil when all commands and options are known.
    init?(in arguments: [String]) {
        guard let help = try? JSONDecoder().decode(Help.self, from: Data(Pixelated._dumpHelp().utf8)) else {
            return nil
        }
        var command = help.command
        var path = command.commandName
        var isValue = false
        for argument in arguments {
            if argument == "--" { return nil }
            if isValue, !argument.hasPrefix("-") {
                isValue = false
                continue
            }
            isValue = false
            if argument.hasPrefix("--") {
                let name = String(argument.prefix { $0 != "=" })
                let options = command.options
                guard let option = options.first(where: { $0.hasName(name) }) else {
                    self.init("option", name, of: path, among: options.flatMap(\.longNames))
                    return
                }
                isValue = option.kind == "option" && !argument.contains("=")
            } else if argument.hasPrefix("-") {
                isValue = command.options.contains { $0.kind == "option" && $0.hasName(argument) }
            } else if let subcommands = command.subcommands, !subcommands.isEmpty {
                guard let found = subcommands.first(where: { $0.commandName == argument }) else {
                    self.init("command", argument, of: path, among: subcommands.map(\.commandName))
                    return
                }
                command = found
                path += " \(argument)"
            }
        }
        return nil
    }

    private init(_ noun: String, _ word: String, of command: String, among known: [String]) {
        let nearest = known.map { (name: $0, distance: word.editDistance(to: $0)) }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        // A third of the characters may differ: others are more likely another word.
        let suggestion = nearest.flatMap { $0.distance <= max(1, word.count / 3) ? $0.name : nil }
        description = """
            Error: unknown \(noun) \(word.withoutControlCharacters)\
            \(suggestion.map { "; did you mean \($0)?" } ?? "")
              See '\(command) --help' for more information.
            """
    }

    /// The description of the commands by ArgumentParser.
    private struct Help: Decodable {
        var command: Command
    }

    private struct Command: Decodable {
        var commandName: String
        var arguments: [Argument]?
        var subcommands: [Command]?

        /// The options and flags, with those of all commands.
        var options: [Argument] {
            (arguments ?? []).filter { $0.names != nil }
                + ["help", "version"].map {
                    Argument(kind: "flag", names: [Argument.Name(kind: "long", name: $0)])
                }
                + Self.hidden.map { Argument(kind: "flag", names: [Argument.Name(kind: "long", name: $0)]) }
        }

        /// The options of ArgumentParser that no help shows.
        private static let hidden = ["help-hidden", "experimental-dump-help", "generate-completion-script"]
    }

    private struct Argument: Decodable {
        var kind: String
        var names: [Name]?

        struct Name: Decodable {
            var kind: String
            var name: String

            /// The name with its dashes.
            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        func hasName(_ text: String) -> Bool { names?.contains { $0.text == text } == true }

        var longNames: [String] { (names ?? []).map(\.text).filter { $0.hasPrefix("--") } }
    }
}
