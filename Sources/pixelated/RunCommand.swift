// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Settings
import Worker

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Wait at the queue and pixelate what is announced.",
        discussion: """
            SIGTERM and SIGINT finish what has been begun; a second one gives it back. SIGHUP reads the configuration
            again. Under systemd the service says when it is ready and how it is doing, and writes the journal's own
            fields.
            """)

    @OptionGroup var arguments: ConfigurationArguments

    @Flag(
        help: """
            Stop, with status 0, when the queue has been empty for worker.idleSeconds, by default 5, and everything \
            is done.
            """)
    var drain = false

    @Option(help: ArgumentHelp("Stop, with status 0, after so many messages.", valueName: "number"))
    var maxMessages: Int?

    func validate() throws {
        if let maxMessages, maxMessages < 1 { throw ValidationError("--max-messages must be at least 1") }
    }

    func run() async throws {
        var flags: [String] = []
        // Seconds without a message that count as empty: one long poll may miss what a sampled shard holds.
        if try drain && arguments.load(service: true).worker.idleSeconds == nil {
            flags.append("worker.idleSeconds=5")
        }
        if let maxMessages { flags.append("worker.maxMessages=\(maxMessages)") }
        let reader = arguments.reader(adding: flags)
        let settings = try arguments.load(service: true, adding: flags)
        let service = Service(
            settings: settings, reader: reader, environment: environment(), version: version)
        let reason = await service.run()
        guard reason == .success else { throw ExitCode(reason.rawValue) }
    }
}
