// SPDX-License-Identifier: Apache-2.0

import AWS
import ArgumentParser
import Daemon
import Settings
import Support

/// The command `pixelated check`, which tests the configuration, the machine and the resources in AWS.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the configuration, the machine, the queues and the buckets.",
        discussion: """
            The command receives no message. It stores no object without --write: its only upload has a condition \
            that no object fulfils and a wrong digest. It prints the class of each result, its code and its text, and \
            for the classes other than ok the consequence and the remedy, often as commands of a shell:
              ok       nothing needs to be done
              warning  the service works, but not as it could
              failure  the service does not work, or not with each object
              unknown  the identity may not look; deploy/iam-policy-check.json has the permissions

            The exit status is that of the first failure, in the classes of the service's exit status. Warnings do \
            not change it, unless --strict is given: then it is 1. With --tolerate-outages it is 0 when the only \
            failures are temporary ones (75), after which the service starts and waits for AWS.
            """)

    @OptionGroup var arguments: ConfigurationArguments

    @Option(
        help: ArgumentHelp(
            "A source bucket, whose notification is checked. May be repeated. Default: filter.buckets.",
            valueName: "s3://bucket"))
    var source: [String] = []

    @Flag(help: "Store an object with the options of outputs in the output bucket, and delete it.")
    var write = false

    @Flag(help: "Exit with status 1 when there are warnings but no failures.")
    var strict = false

    @Flag(help: "Exit with status 0 when all failures are temporary, such as an outage of AWS.")
    var tolerateOutages = false

    @Flag(help: "Print the results as JSON, one object per line.")
    var json = false

    func validate() throws {
        for location in source where S3Location.parse(location) == nil {
            throw ValidationError("\(location) is not of the form s3://bucket")
        }
    }

    func run() async throws {
        let settings = try arguments.load(service: true)
        if !json { try StandardStreams.printLine("configuration: ok") }
        let buckets = source.compactMap { S3Location.parse($0)?.bucket }
        let findings = try await CommandSession.run(settings, command: "check") { session in
            await Preflight(
                session: session.aws, settings: settings, sources: buckets, writes: write,
                clock: session.clock
            ).findings()
        }
        let report = CheckReport(isJSON: json)
        try report.write(findings)
        let reasons = findings.compactMap(\.exit).filter { !tolerateOutages || $0 != .temporary }
        if let reason = reasons.first { throw ExitCode(reason.rawValue) }
        if strict, findings.contains(where: { $0.result == .warning }) {
            throw ExitCode(ExitReason.failure.rawValue)
        }
    }
}
