// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of permanent failures, which are quarantined, and of outages, during which messages are held.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct FailureTests {
    @Test func `an object that is not a picture is sent to the dead-letter queue with the reason`()
        async throws
    {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let pixelated = try await cloud.pixelated()
            try await cloud.put("photos/a+b notes.jpeg", text: "This is no picture.")
            try await cloud.request("waiting", ["count": 1, "within": 60, "queue": "deadLetterQueueURL"])
            let records = try await cloud.request("receive").array
            #expect(records.count == 1)
            let attributes = records.first?["attributes"] ?? [:]
            #expect(attributes["pixelated-error"] == "unsupported", "\(attributes)")
            #expect(attributes["pixelated-error-code"] == "not-an-image", "\(attributes)")
            let object = attributes["pixelated-object"]?.string ?? ""
            #expect(object == "s3://\(cloud.stack["source"]?.string ?? "")/photos/a+b notes.jpeg")
            // The body is the original message, so that SQS can move it back.
            let body = records.first?["body"]?.string ?? ""
            #expect(body.contains("photos/a%2Bb+notes.jpeg"))
            #expect(!body.contains("not-an-image"), "\(body)")
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
            #expect(try await cloud.processed() == [])
        }
    }

    /// The redrive of SQS moves messages with their bodies and attributes unchanged.
    @Test func `dead letters that SQS moves back are processed when their pictures are mended`() async throws
    {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let pixelated = try await cloud.pixelated()
            let keys = ["a b+c.jpeg", "d.jpeg", "e.jpeg"]
            for key in keys { try await cloud.put(key, text: "This is no picture.") }
            let bucket = cloud.stack["source"]?.string ?? ""
            let events = ["f.jpeg", "g.jpeg"].map { key in
                #"{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","#
                    + #""s3":{"bucket":{"name":"\#(bucket)"},"object":{"key":"\#(key)"}}}"#
            }
            let notification = #"{"Records":[\#(events.joined(separator: ","))]}"#
            for key in ["f.jpeg", "g.jpeg"] {
                try await cloud.put(key, text: "This is no picture.")
            }
            // The message with two records has two dead letters, each about one of them.
            try await cloud.request(
                "send", ["body": .string(notification), "attributes": ["traceparent": "00-1"]])
            let count = keys.count + 4
            try await cloud.request(
                "waiting", ["count": .number(Double(count)), "within": 60, "queue": "deadLetterQueueURL"])
            try await cloud.waitUntilEmpty()
            let picture = try await cloud.paint(64, 48)
            for key in keys + ["f.jpeg"] { try await cloud.put(key, path: picture) }
            try await cloud.outputs(of: keys + ["f.jpeg"])
            try await cloud.waitUntilEmpty()
            let outputs = try await cloud.processed().map { JSON.string($0) }
            try await cloud.request("delete_all", ["keys": .array(outputs), "bucket": "processed"])
            #expect(try await cloud.request("redrive").int == count)
            try await cloud.outputs(of: keys + ["f.jpeg"])
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
            #expect(try await cloud.processed().count == 5 * (keys.count + 1))
            // What is still no picture returns once for each of its letters: g.jpeg has one of its own event, and one
            // of the message with two records, whose other letter concerns f.jpeg alone.
            try await cloud.request("waiting", ["count": 2, "within": 60, "queue": "deadLetterQueueURL"])
            let left = try await cloud.request("receive").array
            let objects = left.compactMap { $0["attributes"]?["pixelated-object"]?.string }
            #expect(objects == Array(repeating: "s3://\(bucket)/g.jpeg", count: 2), "\(left)")
            #expect(left.count { $0["attributes"]?["traceparent"] == "00-1" } == 1)
        }
    }

    @Test func `an object that is not a picture is recorded under the quarantine prefix`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            var configuration = cloud.configuration
            let bucket = cloud.configuration["output"]?["bucket"]?.string ?? ""
            configuration.set("queue", "deadLetterURL", to: .null)
            configuration.set("queue", "quarantinePrefix", to: .string("s3://\(bucket)/set aside/"))
            let check = try await cloud.pixelated(configuration, name: "check", verb: "check")
            #expect(try await check.end() == .exit(0), "\(check.log.lines)")
            #expect(check.log.lines.contains { $0.hasPrefix("ok: quarantine: s3://\(bucket) accessible") })
            let pixelated = try await cloud.pixelated(configuration)
            try await cloud.put("photos/notes.jpeg", text: "This is no picture.")
            try await pixelated.log.line(containing: "quarantined")
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
            let stored = try await cloud.processed()
            #expect(stored.count == 1 && stored.allSatisfy { $0.hasPrefix("set aside/") }, "\(stored)")
            let text = try await cloud.request("text", ["key": .string(stored.first ?? "")]).string ?? ""
            let record = try JSON(parsing: Data(text.utf8))
            #expect(record["error"] == "unsupported" && record["errorCode"] == "not-an-image")
            #expect(record["key"] == "photos/notes.jpeg")
            #expect(record["receiveCount"] == 1)
            #expect(record["body"]?.string?.contains("photos/notes.jpeg") == true)
        }
    }

    @Test func `a FIFO dead-letter queue takes a reason, and check finds nothing wrong with it`() async throws
    {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let url = try await cloud.request("fifo").string ?? ""
            var configuration = cloud.configuration
            configuration.set("queue", "deadLetterURL", to: .string(url))
            let check = try await cloud.pixelated(configuration, name: "check", verb: "check")
            #expect(try await check.end() == .exit(0), "\(check.log.lines)")
            let pixelated = try await cloud.pixelated(configuration)
            for key in ["a.jpeg", "b.jpeg"] { try await cloud.put(key, text: "This is no picture.") }
            try await cloud.request("waiting", ["count": 2, "within": 60, "queue": "fifoURL"])
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
            let records = try await cloud.request("receive", ["queue": "fifoURL"]).array
            #expect(
                records.count == 2
                    && records.allSatisfy {
                        $0["attributes"]?["pixelated-error-code"] == "not-an-image"
                    })
        }
    }

    @Test
    func `a second source bucket cannot replace outputs of the first one, and {bucket} keeps them apart`()
        async throws
    {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let bucket = try await cloud.request("second_source").string ?? ""
            let picture = try await cloud.paint(64, 48)
            let other = try await cloud.paint(48, 64, seed: 3)
            try await cloud.request(
                "put", ["key": "a.jpeg", "path": .string(other), "bucket": "second"])
            let event =
                #"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","#
                + #""s3":{"bucket":{"name":"\#(bucket)"},"object":{"key":"a.jpeg","sequencer":"00"}}}]}"#
            let pixelated = try await cloud.pixelated()
            try await cloud.put("a.jpeg", path: picture)
            try await cloud.outputs(of: "a.jpeg")
            let before = try await cloud.digest("pixelated-8x8-a.jpeg")
            try await cloud.send(event)
            let line = try await pixelated.log.line(containing: "output-collision")
            #expect(line.contains("output.prefix"), "\(line)")
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
            #expect(try await cloud.digest("pixelated-8x8-a.jpeg") == before)
            let letter = try await cloud.request("receive").array.first?["attributes"] ?? [:]
            let reason = letter["pixelated-reason"]?.string ?? ""
            #expect(reason.contains("output-collision") && reason.contains(bucket), "\(letter)")

            var configuration = cloud.configuration
            configuration.set("output", "prefix", to: "{bucket}/")
            let apart = try await cloud.pixelated(configuration)
            try await cloud.send(event)
            try await apart.log.line(containing: "pixelated in")
            try await apart.stop()
            #expect(try await cloud.processed().filter { $0.hasPrefix("\(bucket)/") }.count == 5)
        }
    }

    @Test func `a message about a bucket that filter.buckets does not contain is quarantined unread`()
        async throws
    {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            var configuration = cloud.configuration
            configuration.set("filter", "buckets", to: .array(["another-bucket"]))
            let pixelated = try await cloud.pixelated(configuration)
            try await cloud.put("a.jpeg", path: try await cloud.paint(64, 48))
            try await pixelated.log.line(containing: "bucket-not-allowed")
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
            #expect(try await cloud.processed() == [])
        }
    }

    /// Half of the requests are answered with 503, the others are cut off: an outage shows both.
    @Test func `an outage of S3 for two minutes costs a message at most one receive`() async throws {
        try await LocalCloud.run(["visibility": 5, "max_receives": 3]) { cloud in
            try await cloud.request("purge")
            var configuration = cloud.configuration
            configuration.set("queue", "visibilitySeconds", to: 5)
            let photo = try await cloud.paint(320, 240)
            let keys = ["status", "cut"].flatMap { kind in (1...3).map { "photos/\(kind)-\($0).jpeg" } }
            for key in keys { try await cloud.put(key, path: photo) }
            try await cloud.fault(.s3, "status", ["path": "status-"])
            try await cloud.fault(.s3, "cut", ["path": "cut-"])
            let socket = try NotifySocket(path: cloud.directory.appending(path: "notify").path)
            let began = ContinuousClock.now
            let pixelated = try await cloud.pixelated(configuration, notify: socket)
            try await socket.messages.line("STATUS with the open breaker") {
                $0.contains("circuit breaker open")
            }
            // A daemon without a circuit breaker would use up all three receives of each message in this time.
            try await Task.sleep(until: began + .seconds(120))
            #expect(try await cloud.processed() == [])
            try await cloud.clear(.s3)
            try await cloud.outputs(of: keys)
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
            let receives = try await cloud.receives()
            #expect(receives.count == keys.count)
            let output = pixelated.log.lines.joined(separator: "\n")
            #expect(receives.values.allSatisfy { $0 <= 2 }, "\(receives)\n\(output)")
            #expect(try await cloud.counts(deadLetters: true) == (visible: 0, inFlight: 0))
        }
    }

    @Test func `a message that cannot be quarantined is held, and others are processed`() async throws {
        try await LocalCloud.run(["visibility": 5, "max_receives": 3]) { cloud in
            try await cloud.request("purge")
            var configuration = cloud.configuration
            configuration.set("queue", "visibilitySeconds", to: 5)
            try await cloud.fault(.sqs, "status", ["target": "SendMessage"])
            let socket = try NotifySocket(path: cloud.directory.appending(path: "notify").path)
            let pixelated = try await cloud.pixelated(configuration, notify: socket)
            try await cloud.put("photos/notes.jpeg", text: "This is no picture.")
            try await socket.messages.line("STATUS with the open breaker") {
                $0.contains("polling") && $0.contains("quarantine records cannot be stored: unavailable")
            }
            let photo = try await cloud.paint(320, 240)
            try await cloud.put("photos/HS.jpeg", path: photo)
            try await cloud.outputs(of: "photos/HS.jpeg")
            // Three receives would take less time.
            try await cloud.waitForRequests(.sqs, 8, ["target": "ChangeMessageVisibility"])
            #expect(try await cloud.counts() == (visible: 0, inFlight: 1))
            try await cloud.clear(.sqs)
            try await cloud.request("waiting", ["count": 1, "within": 60, "queue": "deadLetterQueueURL"])
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
            let records = try await cloud.request("receive").array
            #expect(records.first?["attributes"]?["pixelated-error-code"] == "not-an-image", "\(records)")
            #expect(try await cloud.receives().values.max() == 1)
        }
    }

    @Test func `memory stays within its budget with a queue full of large pictures`() async throws {
        try await LocalCloud.run { cloud in
            let bound = 288 << 20
            var configuration = cloud.configuration
            configuration.set("worker", "memoryBytes", to: .number(Double(bound)))
            configuration.set("worker", "maxInFlight", to: 10)
            // The CPU must not limit the number of concurrent pictures, so that memory does.
            configuration.set("worker", "cpuWorkers", to: 10)
            configuration.set("pixelation", "limits", "bytes", to: .number(Double(32 << 20)))
            configuration.set("pixelation", "limits", "pixels", to: 48_000_000)
            // A progressive picture of that size needs just this memory.
            configuration.set("pixelation", "limits", "memoryBytes", to: .number(Double(152 << 20)))
            let photos = [
                try await cloud.paint(8000, 6000), try await cloud.paint(8000, 6000, isProgressive: true),
            ]
            let keys = (1...10).map { "photos/\($0).jpeg" }
            for (index, key) in keys.enumerated() { try await cloud.put(key, path: photos[index % 2]) }
            let pixelated = try await cloud.pixelated(configuration)
            try await cloud.outputs(of: keys, within: 300)
            try await cloud.waitUntilEmpty()
            let peak = try Self.peakMemory(of: pixelated.pid)
            // The program, its libraries and its threads need some memory of their own.
            #expect(peak <= bound + (64 << 20), "\(peak >> 20) MiB")
            try await pixelated.stop()
        }
    }

    /// Returns the peak resident set size of a process in bytes (`VmHWM` of proc(5)).
    private static func peakMemory(of pid: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kilobytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap {
            Int($0)
        }
        guard let kilobytes else { throw TestError("no VmHWM for process \(pid)") }
        return kilobytes << 10
    }
}
