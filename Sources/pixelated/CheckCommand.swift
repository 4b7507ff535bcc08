// SPDX-License-Identifier: Apache-2.0

import AWS
import ArgumentParser
import Curl
import Daemon
import Logging
import Settings
import Systemd

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the configuration, the identity, the queue and the output bucket.",
        discussion: """
            Changes nothing and receives no message. The exit status names the class of the first failure, as that
            of the service does.
            """)

    @OptionGroup var arguments: ConfigurationArguments

    @Flag(help: "Print the configuration in force, with every setting, and ask nobody.")
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
            let transport = try CurlTransport(settings.network.completed(from: environment()))
            let session = try await AWSSession(
                settings.aws, queueURL: settings.queue.url, transport: transport,
                host: .process(environment: environment()), logger: output.logger("check"))
            let findings = await Preflight(session: session, settings: settings).findings()
            await transport.shutDown()
            for finding in findings {
                print("\(finding.subject): \(finding.failure == nil ? "" : "FAILED: ")\(finding.text)")
            }
            return findings.compactMap(\.failure).first ?? .success
        } catch {
            complain("\(error)")
            return ExitReason(error)
        }
    }
}
