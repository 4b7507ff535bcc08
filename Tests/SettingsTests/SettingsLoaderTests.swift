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

    @Test func `flags override the environment, and the environment overrides the file`() throws {
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

    @Test(arguments: [("queue.waitSeconds", "0...20"), ("worker.retrySeconds", "1...43200")])
    func `a number that is far out of range is a problem of its setting alone`(
        path: String, range: String
    ) throws {
        for value in ["50000", "9223372036854775807", "-9223372036854775808"] {
            let problem = "--set: \(path): must be \(range) (got \(value))"
            #expect(try problems(nil, [:], ["\(path)=\(value)"]) == [problem])
        }
    }

    @Test func `an error lists every problem with its source, path, demand and value`() throws {
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
                "config.json:3: queue.waitSecond: unknown setting; did you mean queue.waitSeconds?"))
        #expect(
            problems.contains(
                "config.json:3: queue.visibilitySeconds: must be a whole number (got \"sixty\")"))
        #expect(problems.contains("config.json:4: start: must be an object (got 7)"))
        #expect(problems.contains { $0.hasPrefix("config.json:5: health.listen: must be ") })
        #expect(problems.contains { $0.hasPrefix("config.json:6: pixelation.sizes") })
        #expect(
            problems.contains(
                "PIXELATED_WORKER_MAX_IN_FLIGHT: worker.maxInFlight: must be a whole number (got many)"))
        #expect(problems.contains("PIXELATED_QEUE_URL: unknown setting; did you mean PIXELATED_QUEUE_URL?"))
        #expect(problems.contains("--set: a: must be PATH=VALUE"))
        #expect(
            problems.contains(
                "--set: b.c: unknown setting; the command `pixelated config show` lists all settings"))
        #expect(problems.count == 11)
    }

    @Test(arguments: [
        ("worker.slots", "worker.maxInFlight"), ("worker.attempts", "worker.maxReceives"),
        ("worker.acknowledgeLingerMilliseconds", "worker.deleteBatchDelayMilliseconds"),
        ("worker.maximumMessages", "worker.maxMessages"),
        ("worker.retryMaximumSeconds", "worker.maxRetrySeconds"),
        ("worker.pictureSeconds", "pixelation.limits.seconds"),
        ("start.giveUpSeconds", "start.timeoutSeconds"),
        ("network.maxUnfinished", "network.maxPendingRequests"),
        ("aws.logsIdentity", "aws.logIdentity"), ("instance.drainsOnNotice", "instance.drainOnTermination"),
        ("worker.slotz", "worker.maxInFlight"), ("worker.visibilitySeconds", "queue.visibilitySeconds"),
        ("sqs.url", "queue.url"), ("logs.level", "log.level"),
    ])
    func `an unknown setting is refused with the most similar setting as a hint`(
        unknown: String, hint: String
    ) throws {
        #expect(
            try problems(nil, [:], ["\(unknown)=1"])
                == ["--set: \(unknown): unknown setting; did you mean \(hint)?"])
        let variable = try #require(Setting.all.first { $0.path == hint }).environmentName
        var name = "PIXELATED_"
        for character in unknown {
            name += character == "." ? "_" : character.isUppercase ? "_\(character)" : character.uppercased()
        }
        #expect(try problems(nil, [name: "1"]) == ["\(name): unknown setting; did you mean \(variable)?"])
    }

    @Test(arguments: [
        ("workers", "worker"), ("Worker", "worker"), ("wokrer", "worker"), ("queues", "queue"),
        ("Output", "output"), ("outputs", "output"), ("logging", "log"), ("limits", "pixelation.limits"),
        ("bucket", "output.bucket"), ("sizes", "pixelation.sizes"), ("url", "queue.url"),
        ("s3", "aws.endpoints.s3"), ("waitSeconds", "queue.waitSeconds"), ("slots", "worker.maxInFlight"),
        ("metrics", "health.listen"), ("regoin", "region"), ("Region", "region"), ("aws.region", "region"),
    ])
    func `an unknown name without its section has the setting or section of that name as a hint`(
        unknown: String, hint: String
    ) throws {
        let text = "unknown setting; did you mean \(hint)?"
        #expect(try problems(nil, [:], ["\(unknown)=1"]) == ["--set: \(unknown): \(text)"])
        if !unknown.contains(".") {
            #expect(try problems("{\"\(unknown)\": {}}") == ["config.json:1: \(unknown): \(text)"])
        }
    }

    @Test func `an unknown word that is not similar to any setting has no hint`() throws {
        let text = "unknown setting; the command `pixelated config show` lists all settings"
        for word in ["concurrency", "", "x", "pixelated", "picture"] {
            #expect(try problems("{\"\(word)\": 1}").map { $0.hasSuffix(text) } == [true], "\(word)")
        }
        for name in ["CONCURRENCY", "QUEUES", "LOGGING", "X", ""] {
            let name = "PIXELATED_\(name)"
            #expect(try problems(nil, [name: "1"]) == ["\(name): \(text)"])
        }
        let url = "unknown setting; did you mean PIXELATED_QUEUE_URL?"
        #expect(try problems(nil, ["PIXELATED_URL": "1"]) == ["PIXELATED_URL: \(url)"])
    }

    @Test func `a value for a whole section on the command line is refused as such`() throws {
        let text = "is a section and not a setting; the command `pixelated config show` lists all settings"
        #expect(try problems(nil, [:], ["log=debug"]) == ["--set: log: \(text)"])
    }

    @Test func `no control character of a name or value is part of an error text`() throws {
        let found = try problems(
            #"{"\u001b[31mx": 1, "a\nb": 1, "log": {"c\u0085d": 1}}"#,
            ["PIXELATED_\u{1b}[2J": "1", "PIXELATED_START_TIMEOUT_SECONDS": "\u{7}\r"],
            ["e\u{9b}f=1", "g\u{7}"])
        #expect(found.count == 7)
        for place in [
            "config.json:1: ?[31mx: ", "config.json:1: a?b: ", "config.json:1: log.c?d: ", "PIXELATED_?[2J: ",
            "--set: e?f: ", "--set: g?: ", "PIXELATED_START_TIMEOUT_SECONDS: start.timeoutSeconds: ",
        ] {
            #expect(found.contains { $0.hasPrefix(place) }, "\(place)")
        }
        #expect(
            found.allSatisfy { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } })
    }

    @Test(arguments: [
        ("[]", "config.json: must be a JSON object (got [])"),
        ("{\n\"log\": }", "config.json:2: must be JSON: unexpected \"}\": expected a value"),
        (
            #"{"log": {"level": "info", "level": "info"}}"#,
            "config.json:1: must be JSON: duplicate name \"level\""
        ),
        ("", "config.json:1: must be JSON: unexpected end of the file: expected a value"),
    ])
    func `the loader rejects a file that is not a configuration`(file: String, problem: String) throws {
        #expect(try problems(file) == [problem])
    }

    @Test func `variables that Kubernetes sets for a service called pixelated are ignored`() throws {
        _ = try load(
            nil,
            [
                "PIXELATED_SERVICE_HOST": "10.0.0.1", "PIXELATED_SERVICE_PORT": "80",
                "PIXELATED_SERVICE_PORT_METRICS": "80", "PIXELATED_PORT": "tcp://10.0.0.1:80",
                "PIXELATED_PORT_80_TCP": "tcp://10.0.0.1:80", "PIXELATED_PORT_80_TCP_ADDR": "10.0.0.1",
            ])
    }

    @Test(arguments: ["8,16", "[8, 16]", "8, 16"])
    func `a list in the environment may be written without brackets`(text: String) throws {
        #expect(try load(nil, ["PIXELATED_PIXELATION_SIZES": text]).pixelation.sizes == [8, 16])
    }

    @Test func `a text setting takes a number from the environment as text`() throws {
        #expect(try load(nil, ["PIXELATED_OUTPUT_BUCKET": "123"]).worker.output.bucket == "123")
    }

    @Test func `null in the file resets an optional setting`() throws {
        #expect(try load(#"{"region": null}"#).aws.region == nil)
    }

    @Test func `a memory budget below the largest allowed picture is rejected with the minimum`() throws {
        let file = #"{"worker": {"memoryBytes": 1073741824}}"#
        let found = try problems(file)
        #expect(found.count == 1)
        let words = try #require(found.first).split(separator: " ")
        let least = try #require(words.compactMap { Int($0) }.first)
        #expect(found[0].hasPrefix("config.json:1: worker.memoryBytes: must be \(least) or more"))
        _ = try load(#"{"worker": {"memoryBytes": \#(least)}}"#)
        #expect(try problems(#"{"worker": {"memoryBytes": \#(least - 1)}}"#).count == 1)
        // Smaller limits need less memory.
        let limits =
            #""pixelation": {"limits": {"memoryBytes": 33554432, "bytes": 33554432, "pixels": 50000000}}"#
        _ = try load(#"{"worker": {"memoryBytes": 167772160}, \#(limits)}"#)
    }

    @Test func `options of single buckets are read and checked`() throws {
        let role = "arn:aws:iam::999999999999:role/reader"
        let point = "arn:aws:s3:eu-west-1:999999999999:accesspoint/away"
        let settings = try load(
            #"{"aws": {"buckets": {"away": {"roleARN": "\#(role)", "externalID": "x1", "requesterPays": true, "#
                + #""accessPoint": "\#(point)"}}}}"#
        )
        #expect(settings.aws.buckets["away"]?.roleARN == role)
        #expect(settings.aws.buckets["away"]?.requesterPays == true)
        #expect(settings.aws.buckets["away"]?.accessPoint == point)
        let shown = Setting.all.first { $0.path == "aws.buckets" }?.shown(in: settings)
        #expect(shown?.contains(role) == true && shown?.contains("x1") == false)
        #expect(try problems(#"{"aws": {"buckets": {"away": {"rolearn": "\#(role)"}}}}"#).count == 1)
        let wrong = try problems(#"{"aws": {"buckets": {"away": {"expectedOwner": "12"}}}}"#)
        #expect(
            wrong.count == 1 && wrong[0].hasPrefix("config.json:1: aws.buckets.away.expectedOwner: must be"))
    }

    @Test func `an error message does not contain secrets`() throws {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        let problems = try problems(
            #"{"aws": {"endpoints": {"s3": "https://me:geheim@example.org/?X-Amz-Signature=feed"}}}"#,
            [
                "PIXELATED_LOG_LEVEL": secret,
                "PIXELATED_AWS_ENDPOINTS_SQS": "https://me:pass/wort@example.org",
                "PIXELATED_AWS_ENDPOINTS_STS": "https://me:frage?zeichen@example.org",
                "PIXELATED_TRACING_ENDPOINT": "https://me:anfuehrung\"strich@example.org",
            ])
        let secrets = ["geheim", "feed", "wort", "frage", "zeichen", "anfuehrung", "strich", secret]
        for leaked in secrets { #expect(!problems.joined().contains(leaked), "\(leaked)") }
        #expect(problems.count == 5)
    }
}
