// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Settings
import Worker

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Print what is done about each kind of failure, as configured.",
        discussion: """
            acknowledge: the message is deleted. retry: it comes again. quarantine: it is stored with its reason, then
            deleted. outage: it is held and nothing is received until the dependency works again. A star marks what
            worker.policy has changed.
            """)

    @OptionGroup var arguments: ConfigurationArguments

    func run() throws {
        let settings = try arguments.load(service: false)
        let rows = Policy(overrides: settings.worker.policy)
            .table(settings.worker, hasQuarantine: settings.queue.hasQuarantine)
        let heading = ["failure", "verdict", "comes again", "quarantined", "why"]
        let cells =
            [heading]
            + rows.map {
                [$0.kind, $0.disposition + ($0.isOverridden ? " *" : ""), $0.delay, $0.quarantine, $0.reason]
            }
        let widths = heading.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        for row in cells {
            let padded = zip(row, widths).dropLast().map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            print((padded + row.suffix(1)).joined(separator: "  "))
        }
    }
}
