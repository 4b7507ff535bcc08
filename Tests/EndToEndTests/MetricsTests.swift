// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of the daemon's metrics with Prometheus's strict OpenMetrics parser.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct MetricsTests {
    /// Compares the metrics of the process with what the system says.
    private func expectProcessMetrics(of pixelated: ChildProcess, _ scrape: Scrape) async throws {
        func value(_ name: String, _ suffix: String = "") -> Double {
            scrape.value(name, suffix: suffix, prefix: "process_") ?? -1
        }
        #expect(value("cpu_seconds", "_total") > 0 && value("resident_memory_bytes") > 4_194_304)
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pixelated.pid)/fd")
        // Connections can open and close meanwhile.
        #expect(value("open_fds") > 4 && value("open_fds") < Double(2 * descriptors.count + 20))
        #expect(value("max_fds") >= value("open_fds"))
        let age = Date().timeIntervalSince1970 - value("start_time_seconds")
        #expect((0...3600).contains(age))
    }

    @Test func `the metrics are valid OpenMetrics and count the processed records`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let socket = cloud.directory.appending(path: "health").path
            var configuration = cloud.configuration
            configuration.set("health", "listen", to: .string(socket))
            configuration.set("filter", "exclude", to: ["private/*"])
            configuration.set("worker", "maxInFlight", to: 7)
            configuration.set("worker", "policy", to: ["unsupported": "ignore"])
            let pixelated = try await cloud.pixelated(configuration)
            let photo = try await cloud.paint(320, 240)
            try await cloud.put("photos/a.jpeg", path: photo)
            try await cloud.put("photos/b.jpeg", path: photo)
            try await cloud.put("photos/broken.jpeg", text: "no picture")
            try await cloud.put("private/c.jpeg", path: photo)
            try await cloud.outputs(of: "photos/a.jpeg", "photos/b.jpeg")
            try await pixelated.log.line(containing: "photos/broken.jpeg: ignored")
            try await cloud.waitUntilEmpty()

            let scrape = Scrape(try await cloud.request("scrape", ["path": .string(socket)]))
            #expect(scrape.head.contains("Content-Type: application/openmetrics-text; version=1.0.0"))
            for (name, family) in scrape.families {
                let type = family["type"]?.string ?? ""
                let unit = family["unit"]?.string ?? ""
                #expect(name.hasPrefix("pixelated_") || name.hasPrefix("process_"))
                #expect(family["help"]?.string?.isEmpty == false)
                #expect(unit.isEmpty || name.hasSuffix("_" + unit), "\(name) is in \(unit)")
                #expect(type != "histogram" || ["seconds", "bytes"].contains(unit), "\(name) has no unit")
            }

            // The classic format has the same samples, except those of the end of the file.
            let text = Scrape(
                try await cloud.request("scrape", ["path": .string(socket), "accept": "text/plain"]))
            #expect(text.head.contains("Content-Type: text/plain; version=0.0.4"))
            #expect(text.value("breaker", ["pixelated_breaker": "closed"], suffix: "") == 1)
            #expect(text.value("build_info", suffix: "") == 1)
            #expect(text.value("records", ["outcome": "done"]) == 2)
            let types = Set(text.families.values.compactMap { $0["type"]?.string })
            #expect(types == ["counter", "gauge", "histogram"])

            #expect(scrape.value("records", ["outcome": "done"]) == 2)
            #expect(scrape.value("records_skipped", ["reason": "filtered"]) == 1)
            let failed = ["outcome": "ignored", "kind": "unsupported"]
            #expect(scrape.value("record_errors", failed) == 1)
            #expect(scrape.value("record_errors", ["outcome": "retried", "kind": "unsupported"]) == 0)
            for stage in ["wait", "get", "decode", "put"] {
                #expect(scrape.value("stage_seconds", ["stage": stage], suffix: "_count") == 2, "\(stage)")
            }
            #expect(scrape.value("stage_seconds", ["stage": "decode"], suffix: "_sum") ?? 0 > 0)
            #expect(scrape.value("record_seconds", suffix: "_count") == 2)
            #expect(scrape.value("queue_age_seconds", suffix: "_count") == 4)
            #expect(scrape.value("queue_age_seconds", ["le": "3600.0"], suffix: "_bucket") == 4)
            #expect(scrape.value("messages_in_flight", suffix: "") == 0)
            #expect(scrape.value("memory_reserved_bytes", suffix: "") == 0)
            #expect(scrape.value("memory_limit_bytes", suffix: "") == 1_342_177_280)
            #expect(scrape.value("max_in_flight", suffix: "") == 7)
            #expect(scrape.value("oldest_lease_age_seconds", suffix: "") == 0)
            #expect((0...60).contains(scrape.value("last_poll_age_seconds", suffix: "") ?? -1))
            #expect((0...60).contains(scrape.value("last_picture_age_seconds", suffix: "") ?? -1))
            #expect(scrape.value("breaker", ["pixelated_breaker": "closed"], suffix: "") == 1)
            #expect(scrape.value("breaker", ["pixelated_breaker": "open"], suffix: "") == 0)
            #expect(scrape.value("ready", suffix: "") == 1)
            // The queue was empty at the start, or had the first messages.
            #expect(scrape.value("backlog_seconds", suffix: "") != nil)
            #expect(scrape.value("message_seconds", suffix: "") ?? 0 > 0)
            #expect(scrape.value("config_last_reload_successful", suffix: "") == 1)
            // These credentials never expire: the family has no sample.
            #expect(scrape.families["pixelated_credentials_expiry_timestamp_seconds"] != nil)
            #expect(scrape.value("credentials_expiry_timestamp_seconds", suffix: "") == nil)
            // worker.cpuWorkers is the number of processors, and no decoder has died.
            let decoders = scrape.value("decoders_ready", suffix: "") ?? 0
            #expect(decoders >= 1 && scrape.value("decoder_starts") == decoders)
            #expect(scrape.value("decoder_deaths", ["code": "decoder-crashed"]) == 0)
            #expect(scrape.value("build", suffix: "_info") == 1)
            let put = ["service": "s3", "operation": "PutObject"]
            #expect(scrape.value("aws_calls", put.merging(["outcome": "success"]) { $1 }) == 10)
            #expect(scrape.value("aws_calls", put.merging(["outcome": "denied"]) { $1 }) == 0)
            #expect(scrape.value("aws_call_seconds", put, suffix: "_count") == 10)
            #expect(scrape.value("aws_call_seconds", put, suffix: "_sum") ?? 0 > 0)
            let receive = ["service": "sqs", "operation": "ReceiveMessage"]
            #expect(scrape.value("aws_calls", receive.merging(["outcome": "success"]) { $1 }) ?? 0 > 0)
            #expect(scrape.value("aws_retries", put) == 0 && scrape.value("aws_throttles", put) == 0)
            #expect(scrape.value("visibility_extensions") != nil)
            try await expectProcessMetrics(of: pixelated, scrape)
            try await pixelated.stop()
        }
    }
    @Test func `a busy worker reports the seconds of work of the messages that wait`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let socket = cloud.directory.appending(path: "health").path
            var configuration = cloud.configuration
            configuration.set("health", "listen", to: .string(socket))
            configuration.set("worker", "cpuWorkers", to: 1)
            configuration.set("worker", "maxInFlight", to: 2)
            let pixelated = try await cloud.pixelated(configuration)
            let photo = try await cloud.paint(320, 240)
            try await cloud.put("photos/first.jpeg", path: photo)
            try await cloud.outputs(of: "photos/first.jpeg")
            try await cloud.waitUntilEmpty()
            // Downloads that stall take no slot until there are 32 of them, and two others.
            try await cloud.fault(.s3, "hold", ["method": "GET"])
            for index in 0..<50 { try await cloud.put("photos/\(index).jpeg", path: photo) }
            try await cloud.waitForHeld(.s3, 34)
            try await cloud.request("waiting", ["count": 50, "within": 60])
            var scrape = Scrape(try await cloud.request("scrape", ["path": .string(socket)]))
            func isCounted() -> Bool {
                let (backlog, message) = (
                    scrape.value("backlog_seconds", suffix: "") ?? 0,
                    scrape.value("message_seconds", suffix: "") ?? 0
                )
                return message > 0 && abs(backlog - 16 * message) < 0.001
            }
            for _ in 0..<1000 where !isCounted() {
                try await Task.sleep(for: .milliseconds(100))
                scrape = Scrape(try await cloud.request("scrape", ["path": .string(socket)]))
            }
            #expect(isCounted(), "\(scrape.families["pixelated_backlog_seconds"] ?? .null)")
            try await cloud.clear(.s3)
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
        }
    }
}
