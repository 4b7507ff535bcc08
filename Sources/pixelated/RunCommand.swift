// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Settings
import Worker

/// The command `pixelated run`, which runs the service.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the service: poll the queue and pixelate new pictures.",
        discussion: """
            SIGTERM and SIGINT drain: messages in flight are finished, no others are received. A second one forces \
            the stop: unfinished messages are released. SIGHUP reloads the configuration. Under systemd the service \
            notifies its readiness and status (Type=notify) and logs with the journal's native fields.
            """)

    @OptionGroup var arguments: ConfigurationArguments

    @Flag(
        help: """
            Stop with status 0 when the queue has been empty for worker.idleSeconds (with this flag 5 by default) and \
            no message is in flight.
            """)
    var drain = false

    @Option(
        help: ArgumentHelp("Stop with status 0 after receiving this number of messages.", valueName: "number")
    )
    var maxMessages: Int?

    func validate() throws {
        if let maxMessages, maxMessages < 1 { throw ValidationError("--max-messages must be at least 1") }
    }

    func run() async throws {
        let flags = maxMessages.map { ["worker.maxMessages=\($0)"] } ?? []
        var reader = arguments.reader(adding: flags)
        var settings = try arguments.load(reader, service: true)
        if drain && settings.worker.idleSeconds == nil {
            // A single empty receive does not prove that the queue is empty. Reloads need the same value.
            settings.worker.idleSeconds = 5
            reader.flags.append("worker.idleSeconds=5")
        }
        let service = Service(
            settings: settings, reader: reader, environment: environment(), version: version)
        let reason = await service.run()
        guard reason == .success else { throw ExitCode(reason.rawValue) }
    }
}
