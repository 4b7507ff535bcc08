// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Settings

struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask the service on this machine how it is doing.",
        discussion: """
            For probes that are commands: asks the page at health.listen, which must be set, and prints its sentence.
            Exit status: 0 when the service takes messages, 1 when it does not, 69 when nobody answers.
            """)

    @OptionGroup var arguments: ConfigurationArguments

    @Flag(help: "Ask only whether the service moves: 1 means that starting it again would help.")
    var live = false

    func run() throws {
        let settings = try arguments.load(service: false)
        guard let listen = settings.health.listen, let address = ListenAddress(listen) else {
            complain("health.listen is not set, so nobody can be asked")
            throw ExitCode(ExitReason.configuration.rawValue)
        }
        let path = live ? "/livez" : "/readyz"
        let reply: HealthReply
        do throws(HealthProbeError) {
            reply = try HealthProbe(address).ask(path)
        } catch {
            complain(error.description)
            throw ExitCode(ExitReason.unavailable.rawValue)
        }
        guard reply.status == 200 || reply.status == 503 else {
            complain("what answers at \(address) has no \(path)")
            throw ExitCode(ExitReason.unavailable.rawValue)
        }
        print(reply.body, terminator: reply.body.hasSuffix("\n") ? "" : "\n")
        if reply.status != 200 { throw ExitCode(ExitReason.failure.rawValue) }
    }
}
