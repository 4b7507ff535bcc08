// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import DeadLetters
import Support
import Worker

/// The command `pixelated dead-letters replay`, which sends dead letters back to the source queue.
struct DeadLettersReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Send dead letters back to the source queue.",
        discussion: """
            Each letter is received, sent to queue.url unchanged, and deleted, in this order. An interruption loses \
            no letter; a letter that was sent and not deleted is sent again by the next replay, and its outputs are \
            not made again.

            With --would-succeed, the command downloads the current source of each letter and pixelates it with the \
            present settings, storing nothing, and replays only those that succeed. The others stay, and are counted \
            by the reasons.

            Exit status: 0 when all selected letters were replayed, 1 when some stay, 77 when no source could be read \
            because access was denied, and the classes of the service's exit status for errors.
            """)

    @OptionGroup var selection: SelectionArguments
    @OptionGroup var arguments: ConfigurationArguments

    @Flag(help: "Replay only letters whose sources can be pixelated now.")
    var wouldSucceed = false

    @Flag(help: "Print what would be replayed, and send and delete nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("The maximum number of letters to replay.", valueName: "number"))
    var max: Int?

    @Option(help: ArgumentHelp("The maximum number of letters a second.", valueName: "number"))
    var rate = 100

    @Flag(help: "Print JSON, one object per line.")
    var json = false

    func validate() throws {
        if let max, max < 1 { throw ValidationError("--max must be at least 1") }
        if !(1...3000).contains(rate) { throw ValidationError("--rate must be 1...3000") }
    }

    func run() async throws {
        let settings = try arguments.load(service: true)
        let selection = try selection.selection()
        try await CommandSession.run(settings, command: "dead-letters") { session throws in
            let expected = await session.letterCount()
            let progress = ProgressLine()
            let report = DeadLettersReport(isJSON: json)
            var replay = DeadLetterReplay(
                try session.letters(), to: try session.queue(),
                onLetter: { letter, outcome in
                    progress.clear()
                    try report.write(letter, outcome, isDryRun: dryRun)
                })
            replay.selection = selection
            replay.maximum = max
            replay.isDryRun = dryRun
            replay.rate = rate
            let trial = wouldSucceed ? try session.trial() : nil
            defer { trial?.decoders.shutDown() }
            replay.trial = trial?.trial
            do {
                try await replay.run { totals in
                    progress.show(
                        "\(totals.read.counted("letter")) read, \(totals.replayed) replayed, \(totals.keptCount) stay"
                    )
                }
            } catch {
                progress.clear()
                try report.write(replay.totals, isDryRun: dryRun, hidden: 0)
                throw error
            }
            progress.clear()
            let hidden = expected?.hidden(afterReading: replay.totals.read) ?? 0
            try report.write(replay.totals, isDryRun: dryRun, hidden: hidden)
            DeadLettersReport.warn(about: replay.letters, hidden: hidden)
            let totals = replay.totals
            guard totals.keptCount + totals.duplicated == 0 else {
                throw ExitCode((Self.isDenied(totals) ? ExitReason.identity : .failure).rawValue)
            }
        }
    }

    /// Returns true when no letter was replayed, and access to all sources of others was denied.
    private static func isDenied(_ totals: ReplayTotals) -> Bool {
        let read = totals.kept.keys.filter { failure in
            WorkerError.Kind(rawValue: failure.error).map { $0 != .notUnderstood } ?? false
        }
        return totals.replayed == 0 && !read.isEmpty
            && read.allSatisfy { $0.error == WorkerError.Kind.accessDenied.rawValue }
    }
}
