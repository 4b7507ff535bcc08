// SPDX-License-Identifier: Apache-2.0

import AWS
import ArgumentParser
import Audit
import Curl
import Daemon
import Logging
import Settings
import Systemd

/// The access of a command to AWS, with the settings and the credentials of the service.
struct CommandSession: Sendable {
    let settings: Configuration
    let aws: AWSSession
    /// The transport of `aws`, which compares the clock of this machine with that of AWS.
    let clock: ServerClock

    /// Opens a session, calls `body` with it, and closes the session. An error is printed and becomes the exit status
    /// of its class.
    ///
    /// - Parameter command: The name of the command in log lines.
    /// - Throws: `ExitCode`.
    static func run<Result>(
        _ settings: Configuration, command: String, _ body: (CommandSession) async throws -> Result
    ) async throws -> Result {
        let log = LogOutput(format: .text, level: .warning)
        defer { log.flush(within: .seconds(10)) }
        do {
            let transport = try CurlTransport(settings.network.completed(from: environment()))
            let clock = ServerClock(transport)
            let aws = try await AWSSession(
                settings, environment: environment(), version: version, transport: clock,
                logger: log.logger(command))
            let result = try await body(CommandSession(settings: settings, aws: aws, clock: clock))
            await transport.shutDown()
            return result
        } catch let error as ExitCode {
            throw error
        } catch let error as AuditError where error.kind != .notSent {
            // A file that is no checkpoint or inventory of the audit remains so, however often the audit is repeated.
            printError("\(error)")
            throw ExitCode(ExitReason.configuration.rawValue)
        } catch {
            printError("\(error)")
            throw ExitCode(ExitReason(error).rawValue)
        }
    }
}
