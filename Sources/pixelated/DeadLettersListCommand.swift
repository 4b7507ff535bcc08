// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import DeadLetters
import Support

/// The command `pixelated dead-letters list`, which prints the groups of dead letters.
struct DeadLettersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print the dead letters, grouped by the reasons of their failures.",
        discussion: """
            Exit status: 0 when the quarantine was read, and the classes of the service's exit status for errors.
            """)

    @OptionGroup var selection: SelectionArguments
    @OptionGroup var arguments: ConfigurationArguments

    @Flag(help: "Print each letter too.")
    var each = false

    @Flag(help: "Print JSON, one object per line.")
    var json = false

    func run() async throws {
        let settings = try arguments.load(service: true)
        let selection = try selection.selection()
        try await CommandSession.run(settings, command: "dead-letters") { session throws in
            let expected = await session.letterCount()
            var letters = try session.letters()
            let report = DeadLettersReport(isJSON: json)
            let progress = ProgressLine()
            var groups = DeadLetterGroups()
            var count = 0
            try await letters.read { read in
                count += read.count
                for letter in read where selection.contains(letter) {
                    groups.add(letter)
                    if each {
                        progress.clear()
                        try report.write(letter)
                    }
                }
                progress.show("\(count.counted("letter")) read")
                return true
            }
            progress.clear()
            let hidden = expected?.hidden(afterReading: count) ?? 0
            try report.write(groups, hidden: hidden)
            DeadLettersReport.warn(about: letters, hidden: hidden)
        }
    }
}
