// SPDX-License-Identifier: Apache-2.0

import AWS
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

    private static func error(_ status: Int, _ code: String) -> ScriptedTransport.Step {
        .respond(status, [:], "<Error><Code>\(code)</Code></Error>")
    }

    /// Returns the findings for these answers of the queue and of the store, in the order of the requests.
    private func findings(
        _ steps: [ScriptedTransport.Step], endpoint: String? = nil, prefix: String = "",
        conditionalWrites: Bool = true, trial: Decoders.Trial = Decoders.Trial(),
        formats: [SourceFormat] = SourceFormat.readable
    ) async throws -> (findings: [Preflight.Finding], requests: [Request]) {
        var settings = Configuration()
        settings.queue.url = "https://sqs.eu-west-1.amazonaws.com/123456789012/pictures"
        settings.worker.output.bucket = "pictures"
        settings.worker.output.prefix = prefix
        settings.worker.output.conditionalWrites = conditionalWrites
        settings.aws.endpoints.s3 = endpoint
        settings.pixelation.formats = formats
        settings.aws.logIdentity = false
        settings.aws.retries.maxAttempts = 1
        let transport = ScriptedTransport(steps)
        let host = HostEnvironment(
            environment: ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1"],
            homeDirectory: nil)
        let session = try await AWSSession(
            settings.aws, queueURL: settings.queue.url, transport: transport, host: host,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let findings = await Preflight(session: session, settings: settings, decoderTrial: { _, _ in trial })
            .findings()
        #expect(transport.unusedSteps == 0 && transport.unplannedRequests == 0)
        return (findings, transport.requests)
    }

    @Test(arguments: [(501, "NotImplemented"), (400, "InvalidArgument")])
    func `a store without conditional uploads is reported with the setting`(_ status: Int, _ code: String)
        async throws
    {
        let found = try await findings([Self.attributes, Self.missing, Self.error(status, code)]).findings
        let last = try #require(found.last)
        #expect(last.subject == "conditional writes" && last.failure == .configuration)
        #expect(last.text.contains("output.conditionalWrites"))
        #expect(found.dropLast().allSatisfy { $0.failure == nil })
    }

    @Test func `a store that ignores conditions is reported with the setting`() async throws {
        let stored = ScriptedTransport.Step.respond(200, ["ETag": "\"d41d8cd98f00b204e9800998ecf8427e\""])
        let last = try await findings([Self.attributes, Self.missing, stored]).findings.last
        #expect(last?.failure == .configuration && last?.text.contains("output.conditionalWrites") == true)
    }

    @Test func `the check of conditions is left out when they are switched off`() async throws {
        let found = try await findings([Self.attributes, Self.missing], conditionalWrites: false).findings
        #expect(found.map(\.subject) == ["isolation", "identity", "queue", "output"])
        #expect(found.allSatisfy { $0.failure == nil })
    }

    @Test func `the start of a decoder is part of the check`() async throws {
        let steps = [Self.attributes, Self.missing]
        func isolation(_ trial: Decoders.Trial) async throws -> Preflight.Finding? {
            try await findings(steps, conditionalWrites: false, trial: trial).findings.first
        }
        #expect(try await isolation(.init())?.text == "a decoder has started, with a complete sandbox")
        let partly = try await isolation(.init(missing: "landlock (Operation not permitted)"))
        #expect(
            partly?.failure == nil
                && partly?.text.hasSuffix("refuses landlock (Operation not permitted)") == true)
        let failed = try await isolation(.init(failure: "memfd_create: Function not implemented"))
        #expect(failed?.failure == .configuration)
        #expect(
            failed?.text.hasPrefix("no decoder can be started: memfd_create: Function not implemented")
                == true)
    }

    @Test func `a library that is missing fails the check only if the list of formats was changed`()
        async throws
    {
        let steps = [Self.attributes, Self.missing]
        let trial = Decoders.Trial(unreadable: [.heif, .avif])
        func formats(_ listed: [SourceFormat]) async throws -> [Preflight.Finding] {
            try await findings(steps, conditionalWrites: false, trial: trial, formats: listed).findings
                .filter { $0.subject == "formats" }
        }
        let usual = try await formats(SourceFormat.readable)
        #expect(usual.count == 2 && usual.allSatisfy { $0.failure == nil && $0.text.contains("libheif1") })
        let explicit = try await formats([.jpeg, .avif])
        #expect(explicit.count == 1 && explicit.first?.failure == .configuration)
        #expect(explicit.first?.text.hasPrefix("AVIF") == true)
        #expect(try await formats([.jpeg]).isEmpty)
    }

    @Test func `the permission to upload is part of the check`() async throws {
        let found = try await findings([Self.attributes, Self.missing, Self.error(403, "AccessDenied")])
        #expect(found.findings.last?.failure == .identity)
        #expect(found.requests.last?.method == .put)
    }

    @Test func `the objects of the check precede the placeholder of the prefix`() async throws {
        let found = try await findings(
            [Self.attributes, Self.missing, Self.missing], prefix: "small/{bucket}/")
        #expect(found.findings.last?.failure == nil)
        #expect(
            found.requests.suffix(2).map(\.url.path) == Array(repeating: "/small/pixelated-check", count: 2))
    }

    @Test(arguments: [
        ScriptedTransport.Step.fail(.unresolvable, phase: .connecting), error(404, "NoSuchBucket"),
    ])
    func `a host name with the bucket is reported with the setting`(_ answer: ScriptedTransport.Step)
        async throws
    {
        let found = try await findings([Self.attributes, answer], endpoint: "http://store:9000").findings
        let last = try #require(found.last)
        #expect(last.subject == "output" && last.failure != nil)
        #expect(last.text.contains("pictures.store") && last.text.contains("aws.endpoints.pathStyle"))
    }

    @Test func `a page in front of the store is no accessible bucket`() async throws {
        let page = ScriptedTransport.Step.respond(200, ["Content-Type": "text/html"], "<!doctype html>")
        let last = try await findings([Self.attributes, page]).findings.last
        #expect(last?.subject == "output" && last?.failure == .temporary)
    }
}
