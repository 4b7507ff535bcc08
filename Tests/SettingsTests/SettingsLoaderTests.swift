// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import Pixelation
import Settings
import Testing
import Worker

struct SettingsLoaderTests {
    private func load(
        _ file: String? = nil, _ environment: [String: String] = [:], _ flags: [String] = []
    ) throws(SettingsError) -> Configuration {
        try SettingsSources(
            file: file.map { ("config.json", Array($0.utf8)) }, environment: environment, flags: flags
        ).load()
    }

    private func problems(
        _ file: String? = nil, _ environment: [String: String] = [:], _ flags: [String] = []
    ) throws -> [String] {
        let error = try #require(throws: SettingsError.self) { try load(file, environment, flags) }
        return error.problems.map(\.description)
    }

    @Test func `flags win over the environment, and that over the file`() throws {
        let file =
            #"{"log": {"level": "error"}, "start": {"timeoutSeconds": 1}, "queue": {"waitSeconds": 3}}"#
        let environment = [
            "PIXELATED_START_TIMEOUT_SECONDS": "2", "PIXELATED_QUEUE_WAIT_SECONDS": "4", "HOME": "/",
        ]
        let settings = try load(file, environment, ["queue.waitSeconds=5"])
        #expect(settings.log.level == .error)
        #expect(settings.start.timeoutSeconds == 2)
        #expect(settings.worker.waitSeconds == 5)
    }

    @Test func `everything wrong is told at once, with place, path, demand and what was found`() throws {
        let file = """
            {
              "log": {"level": "loud", "format": 3},
              "queue": {"waitSecond": 5, "visibilitySeconds": "sixty"},
              "start": 7,
              "health": {"listen": "everywhere"},
              "pixelation": {"sizes": [8, 0]}
            }
            """
        let problems = try problems(
            file, ["PIXELATED_WORKER_MAX_IN_FLIGHT": "many", "PIXELATED_QEUE_URL": "x"], ["a", "b.c=1"])
        #expect(problems.contains { $0.hasPrefix("config.json:2: log.level: must be one of \"trace\", ") })
        #expect(
            problems.contains { $0.hasPrefix("config.json:2: log.format: must be one of \"automatic\", ") })
        #expect(
            problems.contains(
                "config.json:3: queue.waitSecond: is no setting: did you mean queue.waitSeconds?"))
        #expect(
            problems.contains(
                "config.json:3: queue.visibilitySeconds: must be a whole number (got \"sixty\")"))
        #expect(problems.contains("config.json:4: start: must be an object (got 7)"))
        #expect(problems.contains { $0.hasPrefix("config.json:5: health.listen: must be ") })
        #expect(problems.contains { $0.hasPrefix("config.json:6: pixelation.sizes") })
        #expect(
            problems.contains(
                "PIXELATED_WORKER_MAX_IN_FLIGHT: worker.maxInFlight: must be a whole number (got many)"))
        #expect(problems.contains("PIXELATED_QEUE_URL: is no setting: did you mean PIXELATED_QUEUE_URL?"))
        #expect(problems.contains("--set: a: must be PATH=VALUE"))
        #expect(problems.contains("--set: b.c: is no setting"))
        #expect(problems.count == 11)
    }

    @Test(arguments: [
        ("[]", "config.json: must be a JSON object (got [])"),
        ("{\n\"log\": }", "config.json:2: must be JSON: \"}\" where a value is expected"),
        (
            #"{"log": {"level": "info", "level": "info"}}"#,
            "config.json:1: must be JSON: \"level\" is given twice"
        ),
        ("", "config.json:1: must be JSON: the file ends where a value is expected"),
    ])
    func `a file that is no configuration is refused`(file: String, problem: String) throws {
        #expect(try problems(file) == [problem])
    }

    @Test func `Kubernetes' addresses of a service called pixelated are no settings`() throws {
        _ = try load(
            nil,
            [
                "PIXELATED_SERVICE_HOST": "10.0.0.1", "PIXELATED_SERVICE_PORT": "80",
                "PIXELATED_SERVICE_PORT_METRICS": "80", "PIXELATED_PORT": "tcp://10.0.0.1:80",
                "PIXELATED_PORT_80_TCP": "tcp://10.0.0.1:80", "PIXELATED_PORT_80_TCP_ADDR": "10.0.0.1",
            ])
    }

    @Test(arguments: ["8,16", "[8, 16]", "8, 16"]) func `a list may be given in short`(text: String) throws {
        #expect(try load(nil, ["PIXELATED_PIXELATION_SIZES": text]).pixelation.sizes == [8, 16])
    }

    @Test func `a text that looks like a number or like JSON stays a text`() throws {
        #expect(try load(nil, ["PIXELATED_OUTPUT_BUCKET": "123"]).worker.output.bucket == "123")
    }

    @Test func `null in the file takes a value back to not set`() throws {
        #expect(try load(#"{"region": null}"#).aws.region == nil)
    }

    @Test func `memory that one allowed picture may exceed is refused, with what it takes`() throws {
        let file = #"{"worker": {"memoryBytes": 134217728}}"#
        let found = try problems(file)
        #expect(found.count == 1)
        let words = try #require(found.first).split(separator: " ")
        let least = try #require(words.compactMap { Int($0) }.first)
        #expect(found[0].hasPrefix("config.json:1: worker.memoryBytes: must be \(least) or more"))
        _ = try load(#"{"worker": {"memoryBytes": \#(least)}}"#)
        #expect(try problems(#"{"worker": {"memoryBytes": \#(least - 1)}}"#).count == 1)
        // Or smaller pictures.
        let limits =
            #""pixelation": {"limits": {"memoryBytes": 33554432, "bytes": 33554432, "pixels": 50000000}}"#
        _ = try load(#"{"worker": {"memoryBytes": 134217728}, \#(limits)}"#)
    }

    @Test func `single buckets have options of their own, and those are as strict`() throws {
        let role = "arn:aws:iam::999999999999:role/reader"
        let settings = try load(
            #"{"aws": {"buckets": {"away": {"roleARN": "\#(role)", "externalID": "x1", "requesterPays": true}}}}"#
        )
        #expect(settings.aws.buckets["away"]?.roleARN == role)
        #expect(settings.aws.buckets["away"]?.requesterPays == true)
        let shown = Setting.all.first { $0.path == "aws.buckets" }?.shown(in: settings)
        #expect(shown?.contains(role) == true && shown?.contains("x1") == false)
        #expect(try problems(#"{"aws": {"buckets": {"away": {"rolearn": "\#(role)"}}}}"#).count == 1)
        let wrong = try problems(#"{"aws": {"buckets": {"away": {"expectedOwner": "12"}}}}"#)
        #expect(
            wrong.count == 1 && wrong[0].hasPrefix("config.json:1: aws.buckets.away.expectedOwner: must be"))
    }

    @Test func `a secret in the wrong place is not repeated`() throws {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        let problems = try problems(
            #"{"aws": {"endpoints": {"s3": "https://me:geheim@example.org/?X-Amz-Signature=feed"}}}"#,
            ["PIXELATED_LOG_LEVEL": secret])
        for leaked in ["geheim", "feed", secret] { #expect(!problems.joined().contains(leaked)) }
        #expect(problems.count == 2)
    }
}
