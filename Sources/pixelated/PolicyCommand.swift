// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Settings
import Support
import Worker

/// The command `pixelated policy`, which prints the disposition of each kind of error.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Print the disposition of each error kind, as configured.",
        discussion: """
            Dispositions:
              ignore        the message is deleted
              retry         the message becomes visible again after the delay
              quarantine    a quarantine record is stored, then the message is deleted
              open-breaker  the message is held until the dependency works, or released
                            after a minute or more; others are received only as trials;
                            a message that fails while others succeed is isolated,
                            which means that it is treated as with retry

            An asterisk marks the dispositions that worker.policy has changed.
            """)

    @OptionGroup var arguments: ConfigurationArguments

    func run() throws {
        let settings = try arguments.load(service: false)
        let rows = Policy(overrides: settings.worker.policy)
            .table(settings.worker, hasQuarantine: settings.queue.hasQuarantine)
        let heading = ["error kind", "disposition", "retry delay", "quarantined", "reason"]
        let cells =
            [heading]
            + rows.map {
                [$0.kind, $0.disposition + ($0.isOverridden ? " *" : ""), $0.delay, $0.quarantine, $0.reason]
            }
        try StandardStreams.printTable(cells)
    }
}
