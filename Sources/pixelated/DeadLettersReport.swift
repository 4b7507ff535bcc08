// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import Support
import Worker

/// The report about dead letters on standard output, as text or as JSON.
struct DeadLettersReport: Sendable {
    let isJSON: Bool

    private struct Letter: Encodable {
        var state: String?
        var id: String
        var objects: [String]
        var error: String
        var errorCode: String
        var reason: String?
        var time: String?
        var messageID: String?
        var receiveCount: Int?
        var requestID: String?
        var host: String?
        var version: String?
        var meaning: String?
        var remedy: String?

        init(_ letter: DeadLetter) {
            id = letter.id
            objects = letter.objects.map { "\($0)" }
            (error, errorCode) = (letter.failure.error, letter.failure.code)
            (reason, messageID) = (letter.record?.reason, letter.record?.messageID)
            (receiveCount, requestID) = (letter.record?.receiveCount, letter.record?.requestID)
            (host, version) = (letter.record?.host, letter.record?.version)
            time = letter.time.map(DeadLettersReport.time)
        }
    }

    private struct Group: Encodable {
        var error: String
        var errorCode: String
        var count: Int
        var oldest: String?
        var newest: String?
        var example: String?
    }

    private struct Summary: Encodable {
        var letters: Int
        var hidden: Int
        var groups: [Group]
    }

    private struct ReplaySummary: Encodable {
        var read: Int
        var selected: Int
        var replayed: Int
        var duplicated: Int
        var hidden: Int
        var kept: [Group]
        var dryRun: Bool
    }

    /// Prints a letter on one line.
    ///
    /// - Throws: `StandardStreams.Failure`.
    func write(_ letter: DeadLetter) throws {
        if isJSON { return try StandardStreams.printJSON(Letter(letter)) }
        try StandardStreams.printLine(
            [letter.time.map(Self.time) ?? "-", letter.name, "\(letter.failure)"].joined(separator: "  "))
    }

    /// Prints groups of letters as a table.
    ///
    /// - Parameter hidden: The number of letters that could not be read.
    /// - Throws: `StandardStreams.Failure`.
    func write(_ groups: DeadLetterGroups, hidden: Int) throws {
        let sorted = groups.sorted
        if isJSON {
            let groups = sorted.map { group in
                Group(
                    error: group.failure.error, errorCode: group.failure.code, count: group.count,
                    oldest: group.oldest.map(Self.time), newest: group.newest.map(Self.time),
                    example: group.example)
            }
            return try StandardStreams.printJSON(
                Summary(letters: sorted.reduce(0) { $0 + $1.count }, hidden: hidden, groups: groups))
        }
        guard !sorted.isEmpty else {
            return try StandardStreams.printLine(
                hidden > 0 ? "no dead letters can be read" : "no dead letters")
        }
        let heading = ["letters", "failure", "oldest", "newest", "for example"]
        let cells =
            [heading]
            + sorted.map { group in
                [
                    "\(group.count)", "\(group.failure)", group.oldest.map(Self.time) ?? "-",
                    group.newest.map(Self.time) ?? "-", group.example,
                ]
            }
        try StandardStreams.printTable(cells)
    }

    /// Prints a letter with the explanation of its failure.
    ///
    /// - Throws: `StandardStreams.Failure`.
    func explain(_ letter: DeadLetter) throws {
        let explanation = Explanation(letter.failure)
        if isJSON {
            var line = Letter(letter)
            (line.meaning, line.remedy) = (explanation.meaning, explanation.remedy)
            return try StandardStreams.printJSON(line)
        }
        var lines = [
            letter.name, "  failure  \(letter.failure)", "  reason   \(letter.record?.reason ?? "-")",
            "  time     \(letter.time.map(Self.time) ?? "-")", "  letter   \(letter.id)",
        ]
        if let record = letter.record {
            lines.append(
                "  message  \(record.messageID), received \(record.receiveCount.counted("time")), by \(record.host), "
                    + "version \(record.version)")
        }
        if let earlier = letter.earlierRecord { lines.append("  before   \(earlier.reason)") }
        lines += ["  meaning  \(explanation.meaning)", "  way out  \(explanation.remedy)"]
        for line in lines { try StandardStreams.printLine(line.withoutControlCharacters) }
    }

    /// Prints the outcome of a letter of a replay.
    ///
    /// - Throws: `StandardStreams.Failure`.
    func write(_ letter: DeadLetter, _ outcome: DeadLetterReplay.Outcome, isDryRun: Bool) throws {
        let state: String
        var failure: Failure?
        var reason: String?
        switch outcome {
        case .replayed: state = isDryRun ? "would-replay" : "replayed"
        case .kept(let obstacle): (state, failure, reason) = ("stays", obstacle.failure, obstacle.reason)
        case .duplicated(let code):
            (state, failure) = ("duplicated", Failure(error: "not-deleted", code: code))
            reason = "the letter was sent and not deleted; a later replay sends it again"
        }
        guard isJSON else {
            return try StandardStreams.printLine(
                [state, letter.name, failure.map { "\($0)" }].compactMap(\.self).joined(separator: "  "))
        }
        var line = Letter(letter)
        line.state = state
        if let failure { (line.error, line.errorCode, line.reason) = (failure.error, failure.code, reason) }
        try StandardStreams.printJSON(line)
    }

    /// Prints the totals of a replay.
    ///
    /// - Parameter hidden: The number of letters that could not be read.
    /// - Throws: `StandardStreams.Failure`.
    func write(_ totals: ReplayTotals, isDryRun: Bool, hidden: Int) throws {
        let kept = totals.kept.sorted { ($1.value, $0.key.description) < ($0.value, $1.key.description) }
        if isJSON {
            let groups = kept.map { Group(error: $0.key.error, errorCode: $0.key.code, count: $0.value) }
            return try StandardStreams.printJSON(
                ReplaySummary(
                    read: totals.read, selected: totals.selected, replayed: totals.replayed,
                    duplicated: totals.duplicated, hidden: hidden, kept: groups, dryRun: isDryRun))
        }
        for (failure, count) in kept {
            try StandardStreams.printLine("\(count) stay: \(failure)")
        }
        if totals.duplicated > 0 {
            try StandardStreams.printLine(
                "sent and not deleted, so that a later replay sends them again: \(totals.duplicated.counted("letter"))"
            )
        }
        try StandardStreams.printLine(
            "\(totals.read.counted("letter")) read, \(totals.selected) selected: "
                + "\(totals.replayed) \(isDryRun ? "would be replayed" : "replayed"), \(totals.keptCount) stay"
        )
    }

    /// Prints what the letters do not include.
    ///
    /// - Parameter hidden: The number of letters that could not be read.
    static func warn(about letters: any DeadLetterStore, hidden: Int) {
        if hidden > 0 {
            printError(
                "about \(hidden.counted("letter")) \(hidden.isOrAre) hidden, because another command reads them or "
                    + "was killed; "
                    + "repeat the command later")
        }
        if letters.isIncomplete {
            printError("the queue has more messages than can be read at once; further letters are left out")
        }
        if letters.otherObjects > 0 {
            printError(
                "\(letters.otherObjects) objects under the quarantine prefix are no quarantine records")
        }
    }

    private static func time(_ seconds: Double) -> String {
        CivilTime(secondsSinceEpoch: Int(min(max(seconds, 0), 253_402_300_799))).rfc3339
    }
}
