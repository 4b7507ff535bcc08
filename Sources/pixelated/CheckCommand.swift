// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Settings
import Support

/// The command `pixelated check`, which tests the configuration and the access to AWS.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the configuration, the credentials, the queues and the buckets.",
        discussion: """
            The command receives no message and stores no object: its only upload has a condition that no object \
            fulfils and a wrong digest. It prints one line per check. The exit status is that of the first check \
            that failed, in the classes of the service's exit status.
            """)

    @OptionGroup var arguments: ConfigurationArguments

    func run() async throws {
        let settings = try arguments.load(service: true)
        try StandardStreams.printLine("configuration: ok")
        let findings = try await CommandSession.run(settings, command: "check") { session in
            await Preflight(session: session.aws, settings: settings).findings()
        }
        for finding in findings {
            try StandardStreams.printLine(
                "\(finding.subject): \(finding.failure == nil ? "" : "FAILED: ")\(finding.text)")
        }
        if let reason = findings.compactMap(\.failure).first { throw ExitCode(reason.rawValue) }
    }
}
