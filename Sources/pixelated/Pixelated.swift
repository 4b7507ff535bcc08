// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CVersion
import DecoderProcesses
import Glibc
import Settings
import Support
import Systemd

/// The program `pixelated` with its subcommands.
@main
struct Pixelated: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pixelated",
        abstract: "Pixelates the pictures that are uploaded to an S3 bucket.",
        discussion: """
            The service polls an SQS queue for the event notifications of a source bucket, downloads each new \
            picture, makes five pixelated outputs and stores them in an output bucket. The command pixelate does the \
            same for local files.

            The settings are in a JSON file: config show --explain lists them, check tests them and the access to AWS, \
            and run starts the service.

            Exit status:
              0   success
              1   some files failed, a command has found something, the output cannot be written, or the service is \
            not ready
              64  usage error
              69  the queue or a bucket does not exist, or the health page does not respond
              70  internal error
              75  temporary failure
              77  the credentials are refused or lack a permission
              78  invalid configuration
            """,
        version: "pixelated \(version)",
        subcommands: [
            RunCommand.self, CheckCommand.self, HealthCommand.self, ConfigCommand.self,
            PolicyCommand.self, PixelateCommand.self, VerifyCommand.self, AuditCommand.self,
            DeadLettersCommand.self, PlanCommand.self,
        ])

    static func main() async {
        // A decoder has no descriptor but its channel, and opens none.
        if Arguments.ofProcess == [DecoderProgram.subcommand] { DecoderMain.run() }
        StandardStreams.openMissing()
        ProcessMemory.forbidDumps()
        // A write to a closed pipe then fails with EPIPE and does not end the process.
        signal(SIGPIPE, SIG_IGN)
        let arguments = Arguments.protectingFileNames(Arguments.ofProcess, isFile: LocalFile.exists)
        explainMisspelling(arguments)
        await main(arguments)
    }

    /// Ends the process with an error text if the arguments are refused because of a misspelled command or option.
    private static func explainMisspelling(_ arguments: [String]) {
        do { _ = try parseAsRoot(arguments) } catch {
            guard exitCode(for: error) == .validationFailure, let misspelling = Misspelling(in: arguments)
            else {
                return
            }
            _ = DescriptorOutput.write("\(misspelling)\n".utf8, to: STDERR_FILENO)
            exit(withError: ExitCode.validationFailure)
        }
    }
}

/// The version of the release.
let release = "1.0.0"

/// The version of this program, which also appears in its log, its metrics and its `User-Agent` header. In packages and
/// images the first twelve digits of the commit follow the release (build metadata of Semantic Versioning):
/// `1.0.0+0123456789ab`.
let version = {
    let commit = String(cString: px_commit()).prefix(12)
    return commit.isEmpty ? release : "\(release)+\(commit)"
}()
