// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import DeadLetters
import Support

/// The command `pixelated dead-letters explain`, which prints the reason of a failure and the way out.
struct DeadLettersExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Print why a picture failed, and the way out.",
        discussion: """
            Exit status: 0 when the quarantine has a letter about the object, 1 otherwise, and the classes of the \
            service's exit status for errors.
            """)

    @Argument(
        help: ArgumentHelp(
            "The key of a source, its location in the form s3://bucket/key, or the id of a message.",
            valueName: "key"))
    var key: String

    @OptionGroup var arguments: ConfigurationArguments

    @Flag(help: "Print JSON, one object per line.")
    var json = false

    /// The maximum number of letters that are explained. A source can have one for each of its versions.
    private static let limit = 100

    func run() async throws {
        let settings = try arguments.load(service: true)
        try await CommandSession.run(settings, command: "dead-letters") { session throws in
            let expected = await session.letterCount()
            var letters = try session.letters()
            let progress = ProgressLine()
            var (found, count): ([DeadLetter], Int) = ([], 0)
            try await letters.read { read in
                count += read.count
                found += read.filter { $0.isAbout(key) }
                progress.show("\(count.counted("letter")) read, \(found.count) found")
                return found.count < Self.limit
            }
            progress.clear()
            let report = DeadLettersReport(isJSON: json)
            for letter in found.prefix(Self.limit) { try report.explain(letter) }
            DeadLettersReport.warn(about: letters, hidden: expected?.hidden(afterReading: count) ?? 0)
            if found.isEmpty {
                printError("the quarantine has no letter about \(key); `dead-letters list --each` shows all")
                throw ExitCode(ExitReason.failure.rawValue)
            }
        }
    }
}
