// SPDX-License-Identifier: Apache-2.0

import AWS
import ArgumentParser
import Curl
import Daemon
import Logging
import Settings
import Support
import Systemd

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

    @Flag(help: "Print the effective configuration with every setting, and do not connect to AWS.")
    var show = false

    func run() async throws {
        let settings = try arguments.load(service: !show)
        if show {
            try StandardStreams.printLine(settings.json.pretty())
            return
        }
        try StandardStreams.printLine("configuration: ok")
        let findings: [Preflight.Finding]
        do {
            findings = try await Self.findings(settings)
        } catch {
            printError("\(error)")
            throw ExitCode(ExitReason(error).rawValue)
        }
        for finding in findings {
            try StandardStreams.printLine(
                "\(finding.subject): \(finding.failure == nil ? "" : "FAILED: ")\(finding.text)")
        }
        if let reason = findings.compactMap(\.failure).first { throw ExitCode(reason.rawValue) }
    }

    private static func findings(_ settings: Configuration) async throws -> [Preflight.Finding] {
        let output = LogOutput(format: .text, level: .warning)
        defer { output.flush(within: .seconds(10)) }
        let transport = try CurlTransport(settings.network.completed(from: environment()))
        let session = try await AWSSession(
            settings, environment: environment(), version: version, transport: transport,
            logger: output.logger("check"))
        let findings = await Preflight(session: session, settings: settings).findings()
        await transport.shutDown()
        return findings
    }
}
