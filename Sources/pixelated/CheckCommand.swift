// SPDX-License-Identifier: Apache-2.0

import AWS
import ArgumentParser
import Curl
import Daemon
import Logging
import Settings
import Systemd

/// The command `pixelated check`, which tests the configuration and the access to AWS.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the configuration, the credentials, the queues and the buckets.",
        discussion: """
            The command reads only: it receives no message and stores no object. It prints one line per check. The \
            exit status is that of the first check that failed, in the classes of the service's exit status.
            """)

    @OptionGroup var arguments: ConfigurationArguments

    @Flag(help: "Print the effective configuration with every setting, and do not connect to AWS.")
    var show = false

    func run() async throws {
        let settings = try arguments.load(service: !show)
        if show {
            print(settings.json.pretty())
            return
        }
        let reason = await Self.check(settings)
        guard reason == .success else { throw ExitCode(reason.rawValue) }
    }

    private static func check(_ settings: Configuration) async -> ExitReason {
        print("configuration: ok")
        do {
            let output = LogOutput(format: .text, level: .warning)
            defer { output.flush(within: .seconds(10)) }
            let transport = try CurlTransport(settings.network.completed(from: environment()))
            let session = try await AWSSession(
                settings, environment: environment(), version: version, transport: transport,
                logger: output.logger("check"))
            let findings = await Preflight(session: session, settings: settings).findings()
            await transport.shutDown()
            for finding in findings {
                print("\(finding.subject): \(finding.failure == nil ? "" : "FAILED: ")\(finding.text)")
            }
            return findings.compactMap(\.failure).first ?? .success
        } catch {
            printError("\(error)")
            return ExitReason(error)
        }
    }
}
