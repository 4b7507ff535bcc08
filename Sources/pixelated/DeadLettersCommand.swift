// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command `pixelated dead-letters`, which shows the quarantine and sends letters back to the source queue.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "List, explain and replay the failures in the quarantine.",
        discussion: """
            The quarantine is the dead-letter queue queue.deadLetterURL or the prefix queue.quarantinePrefix of a \
            bucket. A dead letter is a message or object there: a quarantine record of the service, which has the \
            reason of the failure, or a message that the redrive policy of the source queue has moved without a \
            reason (the error kind no-reason).

            Messages of a queue are hidden from others while the commands read them, and for half a minute or longer \
            after a command was killed.
            """,
        subcommands: [
            DeadLettersListCommand.self, DeadLettersExplainCommand.self, DeadLettersReplayCommand.self,
        ])
}
