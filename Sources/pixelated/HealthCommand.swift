// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Settings
import Support

/// The command `pixelated health`: a health probe for container engines that run a command as the probe.
struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Print the status of the service that runs on this machine.",
        discussion: """
            The command requests /readyz at the address health.listen, which must be set, and prints the response. \
            Exit status: 0 the service is ready, 1 it is not, 69 no response.
            """)

    @OptionGroup var arguments: ConfigurationArguments

    @Flag(help: "Request /livez instead: exit status 1 means that the service hangs and needs a restart.")
    var live = false

    func run() throws {
        let settings = try arguments.load(service: false)
        guard let listen = settings.health.listen, let address = ListenAddress(listen) else {
            printError("health.listen is not set; the service has no health page")
            throw ExitCode(ExitReason.configuration.rawValue)
        }
        let path = live ? "/livez" : "/readyz"
        let reply: HealthReply
        do throws(HealthProbeError) {
            reply = try HealthProbe(address).get(path)
        } catch {
            printError(error.description)
            throw ExitCode(ExitReason.unavailable.rawValue)
        }
        guard reply.status == 200 || reply.status == 503 else {
            printError("the server at \(address) is not pixelated: it has no \(path)")
            throw ExitCode(ExitReason.unavailable.rawValue)
        }
        try StandardStreams.printLine(reply.body.hasSuffix("\n") ? String(reply.body.dropLast()) : reply.body)
        if reply.status != 200 { throw ExitCode(ExitReason.failure.rawValue) }
    }
}
