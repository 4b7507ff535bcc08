// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of the service with decoders that misbehave at one picture (`ScriptedDecoder`).
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct MisbehavingDecoderTests {
    /// A misbehaviour of decoders, and the way in which its picture ends.
    struct Case: Sendable {
        /// The name in the comment of the picture.
        var name: String
        /// The error kind of the quarantine record.
        var error: String
        /// The code of the error.
        var code: String
        /// A part of the reason.
        var reason: String
        /// The number of decoders that the picture costs.
        var decoders: Int

        init(_ name: String, _ error: String, _ reason: String) {
            self.name = name
            self.error = error
            self.reason = reason
            // Nothing is tried again after the deadline.
            (code, decoders) = error == "too-slow" ? ("deadline", 1) : (error, 2)
        }
    }

    /// Cases that follow one another in the same service, which survives all of them.
    struct Group: Sendable, CustomTestStringConvertible {
        var cases: [Case]
        /// The time limit of all pictures.
        var seconds: Int
        var testDescription: String { cases.map(\.name).joined(separator: ", ") }
    }

    static let deaths = [
        Case("segfault", "decoder-crashed", "SIGSEGV while decoding"),
        Case("abort", "decoder-crashed", "SIGABRT while decoding"),
        Case("stack-overflow", "decoder-crashed", "SIGSEGV while decoding"),
        Case("exit", "decoder-crashed", "exit status 7 while decoding"),
        Case("allocates", "decoder-out-of-memory", "exit status 86 while decoding"),
        Case("opens", "decoder-crashed", "SIGSYS while decoding"),
        Case("connects", "decoder-crashed", "SIGSYS while decoding"),
        Case("executes", "decoder-crashed", "SIGSYS while decoding"),
        Case("forks", "decoder-crashed", "SIGSYS while decoding"),
        Case("garbage", "decoder-garbage", "the answer of the decoder is invalid"),
        Case("too-much", "decoder-garbage", "bytes behind the answer"),
        Case("too-little", "decoder-garbage", "ends 1 bytes early"),
    ]
    static let hangs = ["loop", "nothing", "half"].map { Case($0, "too-slow", "was killed") }

    /// The number of pictures at the same time, of which one is bad.
    private static let pictures = 8

    @Test(arguments: [Group(cases: deaths, seconds: 600), Group(cases: hangs, seconds: 10)])
    func `a picture at which decoders misbehave is quarantined, and seven others at the same time are done`(
        _ group: Group
    ) async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let socket = cloud.directory.appending(path: "health").path
            var configuration = cloud.configuration
            configuration.set("log", "format", to: "json")
            configuration.set("health", "listen", to: .string(socket))
            configuration.set("worker", "cpuWorkers", to: .number(Double(Self.pictures)))
            configuration.set("worker", "maxInFlight", to: .number(Double(Self.pictures)))
            configuration.set("worker", "policy", to: ["too-slow": "quarantine"])
            configuration.set("pixelation", "limits", "seconds", to: .number(Double(group.seconds)))
            let service = try await cloud.pixelated(configuration, program: Project.scriptedService)
            var before = try await Self.scrape(cloud, socket)
            for test in group.cases { before = try await Self.run(test, cloud, service, socket, before) }

            let count = Double(group.cases.count * Self.pictures)
            #expect(before.value("messages_received") == count && before.value("messages_deleted") == count)
            for name in ["leases_lost", "messages_redelivered", "messages_released", "settle_failures"] {
                #expect(before.total(name) == 0, "\(name)")
            }
            let receives = try await cloud.receives()
            #expect(receives.count == Int(count) && receives.values.allSatisfy { $0 == 1 }, "\(receives)")
            #expect(before.value("breaker_openings") == 0)
            let decoders = try Self.decoders(of: service.pid).keys
            // The process is the one that was started, and nothing has started the service again inside it.
            #expect(try Self.events("started", service).count == 1)
            try await service.stop()
            for decoder in decoders { #expect(kill(decoder, 0) == -1 && errno == ESRCH) }
        }
    }

    /// Has a bad picture and seven good ones in flight at the same time, and returns the metrics at the end.
    private static func run(
        _ test: Case, _ cloud: LocalCloud, _ service: ChildProcess, _ socket: String, _ before: Scrape
    ) async throws -> Scrape {
        // Decoders take 300 ms for pictures that are 17 pixels wide.
        let good = try await cloud.paint(17, 12)
        let bad = cloud.directory.appending(path: "\(test.name).jpeg")
        try adding(comment: "misbehave: \(test.name)", to: try await cloud.paint(64, 48)).write(to: bad)
        let keys = (1..<pictures).map { "\(test.name)/\($0).jpeg" }
        let hold: JSON = [
            "method": "GET", "path": .string("/\(test.name)/"), "times": .number(Double(pictures)),
        ]
        try await cloud.fault(.s3, "hold", hold)
        for key in keys { try await cloud.put(key, path: good) }
        try await cloud.put("\(test.name)/bad.jpeg", path: bad.path)
        try await cloud.waitForHeld(.s3, pictures)
        let decoders = try Self.decoders(of: service.pid)
        #expect(decoders.count == pictures && decoders.values.allSatisfy { $0 != "Z" }, "\(decoders)")

        try await cloud.clear(.s3)
        #expect(try await cloud.outputs(of: keys).count == 5 * (pictures - 1))
        try await cloud.request("waiting", ["count": 1, "within": 60, "queue": "deadLetterQueueURL"])
        try await cloud.waitUntilEmpty()

        // The bad picture has its own code, after one more attempt in another decoder.
        let records = try await cloud.request("receive").array
        let record = try JSON(
            parsing: Data((records.first?["attributes"]?["pixelated-record"]?.string ?? "").utf8))
        #expect(records.count == 1 && record["key"]?.string == "\(test.name)/bad.jpeg", "\(record)")
        #expect(record["error"]?.string == test.error, "\(record)")
        #expect(record["errorCode"]?.string == test.code, "\(record)")
        #expect(record["reason"]?.string?.contains(test.reason) == true, "\(record)")
        try await cloud.request("purge", ["queue": "deadLetterQueueURL"])
        let deaths = try await deaths(Int(before.total("decoder_deaths")) + test.decoders, service)
            .suffix(test.decoders)
        #expect(deaths.allSatisfy { $0["error_code"]?.string == test.code }, "\(deaths)")
        let dead = Set(deaths.compactMap { $0["decoder_pid"]?.int.map(Int32.init) })
        #expect(dead.count == test.decoders && dead.isSubset(of: decoders.keys), "\(deaths)")

        // The dead decoders, and no other, are reaped and replaced.
        let after = try await scrape(cloud, socket)
        let number = Double(test.decoders)
        func change(_ name: String) -> Double { after.total(name) - before.total(name) }
        #expect(change("decoder_deaths") == number && change("decoder_starts") == number, "\(test.name)")
        let label = ["code": test.code]
        let counted = [after, before].compactMap { $0.value("decoder_deaths", label) }
        #expect(counted.count == 2 && counted[0] - counted[1] == number, "\(test.name): \(counted)")
        let left = try Self.decoders(of: service.pid)
        #expect(left.count == pictures && left.values.allSatisfy { $0 != "Z" }, "\(left)")
        #expect(Set(decoders.keys).subtracting(left.keys) == dead, "\(test.name)")
        return after
    }

    /// Waits until the log has `count` events of deaths, at most a minute, and returns all that it has. The service
    /// does not wait for its log.
    private static func deaths(_ count: Int, _ service: ChildProcess) async throws -> [JSON] {
        for _ in 0..<600 {
            let events = try events("decoder-died", service)
            if events.count >= count { return events }
            try await Task.sleep(for: .milliseconds(100))
        }
        return try events("decoder-died", service)
    }

    /// Returns the events of a name in the log.
    private static func events(_ name: String, _ service: ChildProcess) throws -> [JSON] {
        try service.log.lines.map { try JSON(parsing: Data($0.utf8)) }.filter { $0["event"]?.string == name }
    }

    /// Returns a JPEG file with a comment behind its first marker.
    private static func adding(comment: String, to path: String) throws -> Data {
        let file = try Data(contentsOf: URL(filePath: path))
        let length = UInt8(comment.utf8.count + 2)
        return file.prefix(2) + [0xFF, 0xFE, 0, length] + comment.utf8 + file.dropFirst(2)
    }

    /// Returns the state (proc(5)) of each process that a process has started.
    private static func decoders(of pid: Int32) throws -> [Int32: String] {
        try Dictionary(
            uniqueKeysWithValues: DecoderTests.children(of: pid).map {
                ($0, String(try ProcessStatus.fields(of: $0)["State"]?.prefix(1) ?? "?"))
            })
    }

    /// Returns the metrics when all decoders are ready. On a busy machine some starts can take too long, which the
    /// service repeats.
    private static func scrape(_ cloud: LocalCloud, _ socket: String) async throws -> Scrape {
        for _ in 0..<3000 {
            // The service may not listen yet.
            if let page = try? await cloud.request("scrape", ["path": .string(socket)]) {
                let scrape = Scrape(page)
                // A decoder is counted after it has become ready.
                let alive = scrape.total("decoder_starts") - scrape.total("decoder_deaths")
                let ready = scrape.value("decoders_ready", suffix: "")
                if alive == Double(pictures), ready == alive { return scrape }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw TestError("\(pictures) decoders are not ready within five minutes")
    }
}
