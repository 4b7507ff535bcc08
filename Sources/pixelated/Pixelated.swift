// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Systemd

@main
struct Pixelated: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pixelated",
        abstract: "Pixelates the pictures that arrive in an S3 bucket.",
        discussion: """
            As a service it waits at an SQS queue for the notifications of a bucket, fetches each new picture,
            makes five pixelated ones of it and stores them in another bucket. On files it does the same at once.

            Exit status: 0 success, 1 some files failed or the service is not ready, 64 usage, 69 queue or bucket
            missing or nobody to ask, 75 temporary failure, 77 identity not accepted, 78 configuration.
            """,
        version: "pixelated \(version)",
        subcommands: [
            RunCommand.self, CheckCommand.self, HealthCommand.self, SettingsCommand.self,
            PolicyCommand.self, PixelateCommand.self,
        ])

    static func main() async {
        ProcessMemory.forbidDumps()
        // Nobody reads stdout or stderr any more: the write fails, and that is all.
        signal(SIGPIPE, SIG_IGN)
        await main(nil)
    }
}

/// The version of this program, also in its log, its metrics and its user agent.
let version = "1.0.0"
