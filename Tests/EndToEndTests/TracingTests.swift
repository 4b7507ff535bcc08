// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// The traces of the daemon, as a collector of OpenTelemetry receives them.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct TracingTests {
    private static func collector(_ arguments: String...) async throws -> (ChildProcess, endpoint: String) {
        let tool = Project.root.appending(path: "Tests/EndToEndTests/Tools/collector.py").path
        let collector = try ChildProcess(
            Project.python, [tool] + arguments, environment: ["PATH": "/usr/bin:/bin"])
        let port = try await collector.log.line(within: 30, "port") { Int($0) != nil }
        return (collector, "http://127.0.0.1:\(port)")
    }

    private static func span(_ line: String) -> JSON? {
        line.hasPrefix("{") ? try? JSON(parsing: Data(line.utf8)) : nil
    }

    @Test func `one trace has all operations from the event to the fifth output and the deletion`()
        async throws
    {
        let (collector, endpoint) = try await Self.collector()
        defer { collector.signal(SIGKILL) }
        try await LocalCloud.run { cloud in
            let socket = cloud.directory.appending(path: "health").path
            var configuration = cloud.configuration
            configuration.set("health", "listen", to: .string(socket))
            configuration.set("tracing", "endpoint", to: .string(endpoint))
            configuration.set("log", "format", to: "json")
            let pixelated = try await cloud.pixelated(configuration)
            let photo = try await cloud.paint(320, 240)
            let cause = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            try await cloud.request(
                "put", ["key": "a.jpeg", "path": .string(photo), "metadata": ["traceparent": .string(cause)]])
            let outputs = try await cloud.outputs(of: "a.jpeg")
            _ = try await collector.log.line(within: 30, "the deletion") {
                Self.span($0)?["name"]?.string == "SQS.DeleteMessage"
            }

            let spans = collector.log.lines.compactMap(Self.span)
            let root = try #require(spans.first { $0["name"]?.string == "pixelate" })
            #expect(root["parent"]?.string == "" && root["service"]?.string == "pixelated")
            #expect(root["links"]?.array.compactMap(\.string) == [String(cause.dropFirst(3).dropLast(3))])
            #expect(root["attributes"]?["aws.s3.key"]?.string == "a.jpeg")
            #expect(root["attributes"]?["pixelated.outcome"]?.string == "done")
            let names = spans.compactMap { $0["name"]?.string }
            for (name, count) in [
                ("SQS.ReceiveMessage", 1), ("S3.GetObject", 1), ("decode", 1), ("S3.PutObject", 5),
                ("SQS.DeleteMessage", 1), ("pixelate", 1),
            ] {
                #expect(names.count { $0 == name } == count, "\(name)")
            }
            let puts = spans.filter { $0["name"]?.string == "S3.PutObject" }
            #expect(Set(puts.compactMap { $0["attributes"]?["aws.s3.key"]?.string }) == Set(outputs))
            for span in spans where span["name"]?.string != "pixelate" {
                #expect(span["parent"] == root["span"] && span["trace"] == root["trace"])
                #expect(span["start"]?.number ?? 0 >= root["start"]?.number ?? 0)
            }

            // The journal, the metrics and the outputs lead to the trace.
            let trace = root["trace"]?.string ?? ""
            let line = try await pixelated.log.line(containing: "\"picture-done\"")
            #expect(line.contains("\"trace_id\":\"\(trace)\""))
            let scrape = Scrape(try await cloud.request("scrape", ["path": .string(socket)]))
            #expect(scrape.exemplars("record_seconds") == [trace])
            #expect(scrape.value("spans_exported") == Double(spans.count))
            #expect(scrape.value("spans_dropped") == 0)
            for output in outputs {
                let head = try await cloud.request("head", ["key": .string(output)])
                #expect(head["metadata"]?["traceparent"]?.string == cause)
            }
        }
    }

    @Test(arguments: ["503", "0"])
    func `a collector that fails or does not answer changes nothing for pictures`(status: String) async throws
    {
        let (collector, endpoint) = try await Self.collector(status)
        defer { collector.signal(SIGKILL) }
        try await LocalCloud.run { cloud in
            var configuration = cloud.configuration
            configuration.set("tracing", "endpoint", to: .string(endpoint))
            let pixelated = try await cloud.pixelated(configuration)
            let photo = try await cloud.paint(320, 240)
            let keys = (0..<20).map { "\($0).jpeg" }
            try await cloud.request(
                "put_all", ["keys": .array(keys.map { .string($0) }), "path": .string(photo)])
            try await cloud.outputs(of: keys)
            try await cloud.waitUntilEmpty()
            _ = try await pixelated.log.line(containing: "traces cannot be sent to tracing.endpoint")
            pixelated.signal(SIGTERM)
            #expect(try await pixelated.end() == .exit(0))
        }
    }
}
