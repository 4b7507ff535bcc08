// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Pixelation
import Settings
import Support
import Testing
import Worker

@testable import Daemon
@testable import Systemd

struct ReloadTests {
    private struct Result {
        /// What the daemon was given, if anything.
        var applied: [Configuration]
        var remark: String?
        var log: String
    }

    /// Reloads one file after the other into a daemon that runs with `before`.
    private func reload(_ before: String, _ after: String...) throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "pixelator-\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(before.utf8).write(to: file)
        let reader = SettingsReader(path: file.path, environment: [:], flags: [])
        let pipe = Pipe()
        let output = LogOutput(format: .json, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let applied = Locked<[Configuration]>([])
        let reload = Reload(
            settings: try reader.loadForService(), reader: reader, logger: output.logger("daemon")
        ) { new in applied.withLock { $0.append(new) } }
        var remark: String?
        for text in after {
            try Data(text.utf8).write(to: file)
            remark = reload.run()
        }
        try pipe.fileHandleForWriting.close()
        let log = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return Result(applied: applied.withLock { $0 }, remark: remark, log: log)
    }

    private func file(_ more: String = "") -> String {
        #"{"queue": {"url": "https://sqs.eu-west-1.amazonaws.com/1/q"}, "output": {"bucket": "out"}\#(more)}"#
    }

    @Test func `what may change is applied, with old and new value in the log`() throws {
        let result = try reload(
            file(),
            file(
                #"""
                , "log": {"level": "debug"}, "worker": {"maxInFlight": 3, "policy": {"too-slow": "quarantine"}},
                "filter": {"include": ["*.jpg"]}, "pixelation": {"limits": {"pixels": 1000000}}
                """#))
        let new = try #require(result.applied.first)
        #expect(result.applied.count == 1 && result.remark == nil)
        #expect(new.log.level == .debug && new.worker.maxInFlight == 3)
        #expect(new.worker.policy == ["too-slow": "quarantine"] && new.worker.filter.include == ["*.jpg"])
        #expect(new.pixelation.limits.pixels == 1_000_000)
        #expect(
            result.log.contains(
                #""applied":"filter.include,pixelation.limits.pixels,worker.maxInFlight,worker.policy,log.level""#
            ))
        #expect(
            result.log.contains("worker.maxInFlight 0 -> 3") && result.log.contains(#""event":"reloaded""#))
    }

    @Test func `what needs a restart is named, not applied, and named again by the next reload`() throws {
        let new = file(#", "pixelation": {"sizes": [8]}, "worker": {"maxInFlight": 3, "drainSeconds": 5}"#)
        let result = try reload(file(), new, new)
        #expect(result.applied.map(\.pixelation.sizes) == [[8, 16, 32, 48, 64]])
        #expect(result.applied.map(\.worker.drainSeconds) == [60])
        #expect(result.applied.map(\.worker.maxInFlight) == [3])
        #expect(result.remark == "a restart is due for pixelation.sizes, worker.drainSeconds")
        let named = result.log.ranges(of: #""needs_restart":"pixelation.sizes,worker.drainSeconds""#)
        #expect(named.count == 2)
    }

    @Test func `an invalid file changes nothing and all mistakes are told in one event`() throws {
        let wrong = file(
            #", "log": {"level": "debug"}, "worker": {"maxInFlight": "many", "maxReceives": -1, "maxInFlihgt": 1}"#
        )
        let result = try reload(file(), wrong)
        #expect(result.applied.isEmpty)
        let lines = result.log.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains(#""event":"reload-refused""#))
        for mistake in [
            "worker.maxInFlight: must be a whole number", "worker.maxReceives: must be 0...1000",
            "worker.maxInFlihgt: is no setting: did you mean worker.maxInFlight?",
        ] {
            #expect(lines.first?.contains(mistake) == true, "\(mistake)")
            #expect(result.remark?.contains(mistake) == true, "\(mistake)")
        }
    }

    @Test(arguments: ["", "{", "[]", #"{"queue": {}}"#])
    func `a file that is none, or lacks the queue, is refused`(text: String) throws {
        let result = try reload(file(), text)
        #expect(result.applied.isEmpty && result.remark?.hasPrefix("the last reload was refused: ") == true)
    }

    @Test func `a mended file is taken and nothing more is said about the mistake`() throws {
        let result = try reload(file(), "{", file(#", "worker": {"maxInFlight": 3}"#))
        #expect(result.applied.map(\.worker.maxInFlight) == [3] && result.remark == nil)
    }

    @Test func `the digest and the settings in force are told, not those that wait for a restart`() throws {
        let result = try reload(
            file(), file(#", "pixelation": {"sizes": [8]}, "worker": {"maxInFlight": 3}"#))
        let digest = try #require(result.applied.first).digest
        #expect(result.log.contains(#""config_digest":"\#(digest)""#))
        #expect(result.log.contains("worker.maxInFlight=3") && !result.log.contains("sizes=[8]"))
    }

    @Test func `secrets in the configuration stay out of the log`() throws {
        func settings(_ maxInFlight: Int, _ endpoints: String = "{}") -> String {
            file(
                #"""
                , "worker": {"maxInFlight": \#(maxInFlight)}, "aws": {"source": {"roleARN": "arn:aws:iam::1:role/r",
                "externalID": "hush-hush"}, "endpoints": \#(endpoints)}
                """#)
        }
        let wrong = #"{"s3": "http://me:password@127.0.0.1:1/?X-Amz-Sig=s"}"#
        let result = try reload(settings(2), settings(3), settings(4, wrong))
        #expect(
            result.log.ranges(of: "arn:aws:iam::1:role/r").count == 2, "both events tell what is in force")
        #expect(result.log.contains("aws.endpoints.s3: must be"))
        for secret in ["hush-hush", "password", "X-Amz-Sig=s"] { #expect(!result.log.contains(secret)) }
    }

    @Test func `the table marks as reloading only what the worker and the log take while running`() {
        for setting in Setting.all where setting.isReloadable {
            let isTaken = ["log.level", "filter.", "pixelation.limits.", "worker."].contains {
                setting.path.hasPrefix($0)
            }
            #expect(isTaken, "\(setting.path)")
        }
    }
}
