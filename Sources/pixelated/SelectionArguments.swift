// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import DeadLetters
import Support
import Worker

/// The command-line arguments that select dead letters.
struct SelectionArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only letters with this error kind or error code. May be repeated.", valueName: "name"))
    var code: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only letters whose key matches this pattern, in which * is any text and ? one character. May be "
                + "repeated.", valueName: "pattern"))
    var key: [String] = []

    @Option(
        help: ArgumentHelp("Only letters of this source bucket. May be repeated.", valueName: "name"))
    var bucket: [String] = []

    @Option(
        help: ArgumentHelp("Only letters of at least this age, such as 90m, 12h or 2d.", valueName: "age"),
        transform: SelectionArguments.age)
    var olderThan: Duration?

    @Option(
        help: ArgumentHelp("Only letters of at most this age.", valueName: "age"),
        transform: SelectionArguments.age)
    var newerThan: Duration?

    /// Returns the selection.
    ///
    /// - Throws: `ValidationError` when the arguments are out of range.
    func selection() throws -> DeadLetterSelection {
        var selection = DeadLetterSelection()
        selection.failures = code
        selection.sources = ObjectFilter(buckets: bucket, include: key)
        if let problem = selection.sources.problems().first {
            let option = problem.field.hasPrefix("include") ? "--key" : "--bucket"
            throw ValidationError("\(option) must be \(problem.expected)")
        }
        (selection.olderThan, selection.newerThan) = (olderThan, newerThan)
        return selection
    }

    /// Returns the duration that a number and a unit name: s, m, h or d.
    static func age(_ text: String) throws -> Duration {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int(text.dropLast()),
            (0...1_000_000_000).contains(number)
        else { throw ValidationError("\(text) is not a number with the unit s, m, h or d, such as 12h") }
        return .seconds(number * unit)
    }
}
