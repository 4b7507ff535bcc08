// SPDX-License-Identifier: Apache-2.0

import AWS
import ArgumentParser
import Audit
import Curl
import Daemon
import DeadLetters
import Logging
import Pixelation
import Settings
import Support
import Systemd
import Worker

/// The command `pixelated audit`, which compares sources with their outputs and can have what is missing made.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Find sources whose outputs are missing or stale, and have them made.",
        discussion: """
            The command compares the listing of a source bucket with that of the output bucket, and the stamp of each \
            output with its source. It prints a line for each source that is not complete:
              missing    some outputs do not exist
              stale      an output was made from an earlier version or with other settings
              set-aside  the quarantine has a failure of this version
              orphan     an output whose source does not exist

            A standard error line states the expected number of requests and their price before the audit begins.

            With --repair, the command sends an event for each missing or stale source to the queue, so that the \
            workers make the outputs. When none exists yet, this is a backfill of the bucket.

            Exit status: 0 when nothing is missing or stale or all events are sent, 1 otherwise, and the classes of \
            the service's exit status for errors.
            """)

    @Argument(
        help: ArgumentHelp(
            "The source bucket, and a prefix of the keys of sources.", valueName: "s3://bucket/prefix"))
    var location: String

    @OptionGroup var arguments: ConfigurationArguments

    @Flag(
        help:
            "Compare the listings alone, without a request for each output. Changes of settings are not found."
    )
    var fast = false

    @Option(
        help: ArgumentHelp(
            "Read the sources from this S3 inventory (CSV) and not from the listing of the bucket.",
            valueName: "s3://bucket/.../manifest.json"))
    var inventory: String?

    @Option(help: ArgumentHelp("Audit this number of sources, picked at random.", valueName: "number"))
    var sample: Int?

    @Flag(help: "Send an event for each missing or stale source to the queue.")
    var repair = false

    @Flag(help: "With --repair: count what would be sent, and send nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "With --repair: the maximum number of events a second. (default: \(Self.standardRate))",
            valueName: "number"))
    var rate: Int?

    private static let standardRate = 100

    @Option(
        help: ArgumentHelp("The maximum number of simultaneous requests for outputs.", valueName: "number"))
    var concurrency = 32

    @Option(
        help: ArgumentHelp(
            "Keep the progress in this file. A later audit with the same file continues from it.",
            valueName: "file"),
        completion: .file())
    var checkpoint: LocalPath?

    @Flag(help: "Do not look for outputs whose sources do not exist.")
    var noOrphans = false

    @Flag(help: "Print the expected requests, their price and the time, and do nothing else.")
    var estimate = false

    @Flag(help: "Print findings and totals as JSON, one object per line.")
    var json = false

    func validate() throws {
        guard S3Location.parse(location) != nil else {
            throw ValidationError("\(location) is not of the form s3://bucket/prefix")
        }
        if let inventory, S3Location.parse(inventory)?.prefix.hasSuffix("manifest.json") != true {
            throw ValidationError("--inventory must be of the form s3://bucket/.../manifest.json")
        }
        if let sample, !(1...100_000).contains(sample) {
            throw ValidationError("--sample must be 1...100000")
        }
        if let rate, !(1...3000).contains(rate) { throw ValidationError("--rate must be 1...3000") }
        if rate != nil, !repair {
            throw ValidationError("--rate limits the events of --repair; add --repair or leave out --rate")
        }
        if !(1...256).contains(concurrency) { throw ValidationError("--concurrency must be 1...256") }
        if sample != nil, repair, !dryRun {
            throw ValidationError("--repair needs all sources; remove --sample or add --dry-run")
        }
        if sample != nil, checkpoint != nil {
            throw ValidationError("--sample cannot be continued with --checkpoint")
        }
        if dryRun, !repair { throw ValidationError("--dry-run belongs to --repair") }
    }

    func run() async throws {
        let settings = try arguments.load(service: true)
        let isClean = try await CommandSession.run(settings, command: "audit", run)
        if !isClean { throw ExitCode(ExitReason.failure.rawValue) }
    }

    /// Runs the audit, and returns true when nothing is left to be done.
    private func run(_ session: CommandSession) async throws -> Bool {
        let settings = session.settings
        let options = options(settings)
        if repair, !settings.worker.filter.admits(bucket: options.bucket) {
            printError(
                "filter.buckets has no \(options.bucket), so that the workers would refuse the events of the repair; "
                    + "add the bucket, or leave out --repair")
            throw ExitCode(ExitReason.configuration.rawValue)
        }
        let client = session.aws.s3(outputBucket: options.output.bucket)
        let store = InventoryCache(S3AuditStore(client))
        let file = checkpoint.map { CheckpointFile($0, identity: options.identity) }
        var begin = try await begin(options, store: store, file: file)
        store.endKeeping()
        if estimate { return true }
        let failures = try await setAside(session, &begin, file)
        if let unreadable = begin.setAside?.unreadable, unreadable > 0 {
            printError(
                "\(unreadable) messages or objects in the quarantine are no quarantine records; "
                    + "their sources count as missing")
        }
        if failures.isFull {
            printError(
                "the quarantine has more than \(SetAsideIndex.limit) failures; others count as missing")
        }
        let sends = repair && !dryRun
        let audit = BucketAudit(
            options, store: store, setAside: failures,
            repair: sends
                ? BucketAudit.Repair(
                    queue: try session.queue(), region: session.aws.region.name,
                    rate: rate ?? Self.standardRate)
                : nil)
        let progress = AuditProgress(total: begin.expectedSources)
        let report = AuditReport(isJSON: json)
        let end = try await audit.run(
            from: begin,
            onFinding: { finding in
                progress.clear()
                try report.write(finding)
            },
            onCheckpoint: { checkpoint in
                try file?.write(checkpoint)
                progress.show(checkpoint)
            })
        progress.clear()
        try report.write(end, sample: sample)
        try file?.remove()
        return end.totals.missing + end.totals.stale == 0 || sends
    }

    /// Returns the checkpoint from which the audit continues, or estimates a new audit and returns its beginning. The
    /// sources are not counted again for an audit that continues, so that it progresses even when it is killed often.
    private func begin(
        _ options: AuditOptions, store: InventoryCache, file: CheckpointFile?
    ) async throws -> AuditCheckpoint {
        if !estimate, let checkpoint = try file?.read() {
            printError(
                "the audit continues after \(checkpoint.totals.objects.counted("source")), from the checkpoint"
            )
            return checkpoint
        }
        let expected = try await AuditEstimate(options, store: store)
        printError(Self.text(expected))
        var checkpoint = AuditCheckpoint(identity: options.identity)
        checkpoint.expectedSources = expected.isComplete ? expected.sources : nil
        if !estimate { try file?.write(checkpoint, always: true) }
        return checkpoint
    }

    private func options(_ settings: Configuration) -> AuditOptions {
        let (bucket, prefix) = S3Location.parse(location) ?? ("", "")
        var options = AuditOptions(
            bucket: bucket, prefix: prefix, output: settings.worker.output, filter: settings.worker.filter,
            sizes: settings.pixelation.sizes, format: settings.pixelation.output,
            outputFormat: PooledPixelator.outputFormat(of: settings.pixelation))
        options.inventory = inventory.flatMap(S3Location.parse).map {
            ObjectReference(bucket: $0.bucket, key: $0.prefix)
        }
        options.isFast = fast
        options.sample = sample
        options.concurrency = concurrency
        options.findsOrphans = !noOrphans
        return options
    }

    /// Reads the failures in the quarantine that the settings name, unless the checkpoint has them, and adds them to
    /// the checkpoint.
    private func setAside(
        _ session: CommandSession, _ checkpoint: inout AuditCheckpoint, _ file: CheckpointFile?
    ) async throws -> SetAsideIndex {
        guard session.settings.queue.hasQuarantine else { return SetAsideIndex() }
        let quarantine = session.settings.queue.quarantineLocation.map { location in
            BucketQuarantine(
                store: S3Store(session.aws.s3(outputBucket: location.bucket)), bucket: location.bucket,
                prefix: location.prefix)
        }
        let now = SystemTime.now
        if let known = checkpoint.setAside, known.isCurrent(at: now) {
            return SetAsideIndex(quarantine: quarantine, failures: known.failures)
        }
        let expected = await session.letterCount()
        var letters = try session.letters()
        var index = SetAsideIndex(quarantine: quarantine)
        var (unreadable, count) = (0, 0)
        try await letters.read { read in
            count += read.count
            for letter in read {
                if let record = letter.record { index.add(record) } else { unreadable += 1 }
            }
            return !index.isFull
        }
        if let hidden = expected?.hidden(afterReading: count), hidden > 0, !index.isFull {
            printError(
                "about \(hidden.counted("message")) in the dead-letter queue \(hidden.isOrAre) hidden, "
                    + "because another command reads them or "
                    + "was killed; their sources count as missing")
        }
        checkpoint.setAside = AuditCheckpoint.SetAside(
            index, unreadable: unreadable + letters.otherObjects, time: now)
        try file?.write(checkpoint, always: true)
        return index
    }

    private static func text(_ expected: AuditEstimate) -> String {
        if expected.sources == 0 {
            return "no object is listed; check the bucket and the prefix"
        }
        let count = (expected.isComplete ? "" : "the first ") + expected.sources.counted("source")
        let price =
            "about \(expected.requests.total) requests, \(AuditReport.dollars(expected.requests.dollars)) "
            + "at the prices of us-east-1, \(AuditReport.time(expected.time))"
        return "\(count): \(price)"
            + (expected.isComplete ? "" : "; more sources follow, at the same price for each of them")
    }
}
