// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Daemon
import HTTP
import Logging
import Pixelation
import Scripted
import Settings
import Testing
import Worker

/// The findings of `pixelated check` about the store of the outputs.
struct PreflightTests {
    private static let attributes = ScriptedTransport.Step.respond(200, [:], #"{"Attributes":{}}"#)
    private static let missing = error(404, "NoSuchKey")
    private static let noVersions = ScriptedTransport.Step.respond(200, [:], "<VersioningConfiguration/>")

    private static func error(_ status: Int, _ code: String) -> ScriptedTransport.Step {
        .respond(status, [:], "<Error><Code>\(code)</Code></Error>")
    }

    private static let limits = MachineLimits(
        memoryBytes: 4 << 30, memorySource: "/limit", descriptors: 1024, maximumDescriptors: 4096)

    /// Returns the findings for these answers of the queue and of the store, in the order of the requests.
    private func findings(
        _ steps: [ScriptedTransport.Step], endpoint: String? = nil, prefix: String = "",
        conditionalWrites: Bool = true, trial: Decoders.Trial = Decoders.Trial(),
        formats: [SourceFormat] = SourceFormat.readable, sources: [String] = [],
        limits: MachineLimits = Self.limits, change: (inout Configuration) -> Void = { _ in }
    ) async throws -> (findings: [CheckFinding], requests: [Request]) {
        var settings = Configuration()
        settings.queue.url = "https://sqs.eu-west-1.amazonaws.com/123456789012/pictures"
        settings.worker.output.bucket = "pictures"
        settings.worker.output.prefix = prefix
        settings.worker.output.conditionalWrites = conditionalWrites
        settings.aws.endpoints.s3 = endpoint
        settings.pixelation.formats = formats
        settings.aws.logIdentity = false
        settings.aws.retries.maxAttempts = 1
        settings.worker.cpuWorkers = 2
        change(&settings)
        let transport = ScriptedTransport(steps)
        let clock = ServerClock(transport)
        let host = HostEnvironment(
            environment: ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1"],
            homeDirectory: nil)
        let session = try await AWSSession(
            settings.aws, queueURL: settings.queue.url, transport: clock, host: host,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let findings = await Preflight(
            session: session, settings: settings, sources: sources, limits: limits, clock: clock,
            decoderTrial: { _, _ in trial }
        ).findings()
        #expect(transport.unusedSteps == 0 && transport.unplannedRequests == 0)
        return (findings, transport.requests)
    }

    @Test(arguments: [(501, "NotImplemented"), (400, "InvalidArgument")])
    func `a store without conditional uploads is reported with the setting`(_ status: Int, _ code: String)
        async throws
    {
        let found = try await findings(
            [Self.attributes, Self.missing, Self.error(status, code), Self.noVersions]
        ).findings
        let failures = found.filter { $0.result == .failure }
        #expect(failures.map(\.code) == [.conditionalWritesRefused])
        #expect(failures.first?.exit == .configuration)
        #expect(failures.first?.text.contains("output.conditionalWrites") == true)
        #expect(failures.first?.settings == ["output.conditionalWrites": "false"])
    }

    @Test func `a store that ignores conditions is reported with the setting`() async throws {
        let stored = ScriptedTransport.Step.respond(200, ["ETag": "\"d41d8cd98f00b204e9800998ecf8427e\""])
        let found = try await findings([Self.attributes, Self.missing, stored, Self.noVersions]).findings
        let failure = try #require(found.first { $0.code == .conditionalWritesRefused })
        #expect(failure.exit == .configuration && failure.text.contains("output.conditionalWrites"))
    }

    @Test(arguments: [
        (403, "AccessDenied", "Correct output.bucket, or allow the action to the identity of the service."),
        (403, "InvalidAccessKeyId", "Give the service valid credentials (README.md, On AWS)."),
        (503, "SlowDown", "Repeat the check later."),
    ])
    func `the remedy of a bucket that is not accessible depends on the error`(
        _ status: Int, _ code: String, _ remedy: String
    ) async throws {
        let found = try await findings([Self.attributes, Self.error(status, code)]).findings
        #expect(found.first { $0.code == .outputInaccessible }?.remedy == remedy, "\(found)")
    }

    @Test func `the check of conditions is left out when they are switched off`() async throws {
        let found = try await findings(
            [Self.attributes, Self.missing, Self.noVersions], conditionalWrites: false
        ).findings
        #expect(
            found.map(\.code) == [
                .isolation, .memory, .descriptors, .identity, .queue, .source, .output, .versioning, .clock,
            ])
        #expect(found.allSatisfy { $0.exit == nil && $0.result != .failure })
    }

    @Test func `the start of a decoder is part of the check`() async throws {
        let steps = [Self.attributes, Self.missing, Self.noVersions]
        func isolation(_ trial: Decoders.Trial) async throws -> CheckFinding? {
            try await findings(steps, conditionalWrites: false, trial: trial).findings.first
        }
        #expect(try await isolation(.init())?.result == .ok)
        let partly = try await isolation(.init(missing: "landlock (Operation not permitted)"))
        #expect(partly?.code == .isolationIncomplete && partly?.result == .warning)
        #expect(partly?.text.hasSuffix("refuses landlock (Operation not permitted)") == true)
        let failed = try await isolation(.init(failure: "memfd_create: Function not implemented"))
        #expect(failed?.code == .isolationUnavailable && failed?.exit == .configuration)
        #expect(failed?.text.hasSuffix("memfd_create: Function not implemented") == true)
    }

    @Test func `a library that is missing fails the check only if the list of formats was changed`()
        async throws
    {
        let steps = [Self.attributes, Self.missing, Self.noVersions]
        let trial = Decoders.Trial(unreadable: [.heif, .avif])
        func formats(_ listed: [SourceFormat]) async throws -> [CheckFinding] {
            try await findings(steps, conditionalWrites: false, trial: trial, formats: listed).findings
                .filter { $0.code == .formatUnreadable }
        }
        let usual = try await formats(SourceFormat.readable)
        #expect(
            usual.count == 2 && usual.allSatisfy { $0.result == .warning && $0.text.contains("libheif1") })
        let explicit = try await formats([.jpeg, .avif])
        #expect(explicit.count == 1 && explicit.first?.exit == .configuration)
        #expect(explicit.first?.text.hasPrefix("AVIF") == true)
        #expect(try await formats([.jpeg]).isEmpty)
    }

    @Test func `the permission to upload is part of the check`() async throws {
        let found = try await findings(
            [Self.attributes, Self.missing, Self.error(403, "AccessDenied"), Self.noVersions])
        #expect(found.findings.first { $0.code == .conditionalWritesRefused }?.exit == .identity)
        #expect(found.requests.map(\.method) == [.post, .get, .put, .get])
    }

    @Test func `the objects of the check precede the placeholder of the prefix`() async throws {
        let found = try await findings(
            [Self.attributes, Self.missing, Self.missing, Self.noVersions], prefix: "small/{bucket}/")
        #expect(found.findings.allSatisfy { $0.result != .failure })
        #expect(
            found.requests[1...2].map(\.url.path) == Array(repeating: "/small/pixelated-check", count: 2))
    }

    @Test(arguments: [
        ScriptedTransport.Step.fail(.unresolvable, phase: .connecting), error(404, "NoSuchBucket"),
    ])
    func `a host name with the bucket is reported with the setting`(_ answer: ScriptedTransport.Step)
        async throws
    {
        let found = try await findings([Self.attributes, answer], endpoint: "http://store:9000").findings
        let failure = try #require(found.first { $0.code == .outputInaccessible })
        #expect(failure.exit != nil)
        #expect(failure.text.contains("pictures.store") && failure.text.contains("aws.endpoints.pathStyle"))
    }

    @Test func `a page in front of the store is no accessible bucket`() async throws {
        let page = ScriptedTransport.Step.respond(200, ["Content-Type": "text/html"], "<!doctype html>")
        let found = try await findings([Self.attributes, page]).findings
        #expect(found.first { $0.code == .outputInaccessible }?.exit == .temporary)
    }

    @Test func `the clock is compared with the dates of the responses`() async throws {
        func clock(_ date: String) async throws -> CheckFinding? {
            let dated = ScriptedTransport.Step.respond(200, ["Date": date], #"{"Attributes":{}}"#)
            return try await findings([dated, Self.missing, Self.noVersions], conditionalWrites: false)
                .findings
                .last
        }
        let wrong = try await clock("Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(wrong?.code == .clockWrong && wrong?.text.hasSuffix(" s fast") == true)
        #expect(wrong?.commands == ["timedatectl set-ntp true"])
        #expect(try await clock("no date")?.result == .unknown)
    }

    @Test func `a limit of memory that is too small is reported with settings that fit`() async throws {
        let steps = [Self.attributes, Self.missing, Self.noVersions]
        let small = MachineLimits(
            memoryBytes: 1 << 30, memorySource: "/sys/fs/cgroup/memory.max", descriptors: 100,
            maximumDescriptors: 300)
        let found = try await findings(steps, conditionalWrites: false, limits: small).findings
        let memory = try #require(found.first { $0.code == .memoryShort })
        #expect(memory.text.contains("1792 MiB") && memory.text.contains("/sys/fs/cgroup/memory.max"))
        #expect(
            memory.settings == [
                "worker.memoryBytes": "\(512 << 20)", "pixelation.limits.memoryBytes": "\(409 << 20)",
            ])
        // The hard limit does not permit what is needed, so that no command of this shell helps.
        #expect(found.first { $0.code == .descriptorsShort }?.commands == [])
        let again = try await findings(steps, conditionalWrites: false, limits: small) { settings in
            settings.worker.memoryBytes = 512 << 20
            settings.pixelation.limits.memoryBytes = 409 << 20
            settings.network.maxConnections = 16
        }.findings
        #expect(again.first { $0.code == .memory }?.result == .ok)
        #expect(again.first { $0.code == .descriptorsShort }?.commands == ["ulimit -n 152"])
    }

    @Test func `one policy has a statement for each source bucket that needs one`() async throws {
        let arn = "arn:aws:sqs:eu-west-1:123456789012:pictures"
        let queue = ScriptedTransport.Step.respond(
            200, [:],
            #"{"Attributes":{"QueueArn":"\#(arn)","Policy":"{\"Statement\":[]}","RedrivePolicy":"#
                + #""{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:123456789012:dead\"}"}}"#)
        let denied = Self.error(403, "AccessDenied")
        let found = try await findings(
            [queue, denied, denied, denied, Self.missing, Self.noVersions], conditionalWrites: false,
            sources: ["one", "two"]
        ).findings
        let closed = found.filter { $0.code == .queuePolicyClosed }
        #expect(closed.count == 2 && closed[0].commands == closed[1].commands)
        for bucket in ["one", "two"] {
            #expect(closed[0].commands.first?.contains(#"arn:aws:s3:::\#(bucket)\""#) == true)
        }
        // The identity may look neither at the buckets nor at the dead-letter queue.
        #expect(
            found.filter { $0.result == .unknown }.map(\.code) == [
                .deadLetterQueue, .notification, .notification, .clock,
            ])
    }

    @Test func `events that EventBridge forwards need its permission`() async throws {
        let arn = "arn:aws:sqs:eu-west-1:123456789012:pictures"
        let queue = ScriptedTransport.Step.respond(200, [:], #"{"Attributes":{"QueueArn":"\#(arn)"}}"#)
        let bridge = ScriptedTransport.Step.respond(
            200, [:], "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>")
        let found = try await findings(
            [queue, bridge, Self.missing, Self.noVersions], conditionalWrites: false, sources: ["one"]
        ).findings
        let closed = try #require(found.first { $0.code == .queuePolicyClosed })
        #expect(closed.commands.first?.contains("arn:aws:events:eu-west-1:123456789012:rule/*") == true)
        let notification = try #require(found.first { $0.code == .notification })
        #expect(notification.result == .unknown)
        #expect(
            notification.commands == [
                "aws events list-rule-names-by-target --target-arn \(arn) --region eu-west-1"
            ])
    }
}
