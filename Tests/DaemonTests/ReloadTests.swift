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
        /// The configurations that were applied.
        var applied: [Configuration]
        var note: String?
        var log: String
    }

    /// Reloads one file after the other into a daemon that runs with `before`.
    private func reload(_ before: String, _ after: String...) throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "pixelator-\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(before.utf8).write(to: file)
        let reader = SettingsReader(path: LocalPath(file.path), environment: [:], flags: [])
        let pipe = Pipe()
        let output = LogOutput(format: .json, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let applied = Locked<[Configuration]>([])
        let reload = Reload(
            settings: try reader.loadForService(), reader: reader, logger: output.logger("daemon")
        ) { new in applied.withLock { $0.append(new) } }
        var note: String?
        for text in after {
            try Data(text.utf8).write(to: file)
            note = reload.run()
            #expect(reload.note == note)
        }
        #expect(output.flush(within: .seconds(60)))
        try pipe.fileHandleForWriting.close()
        let log = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return Result(applied: applied.withLock { $0 }, note: note, log: log)
    }

    /// A reload on the task that handles signals must not wait.
    @Test func `a configuration file that has become a pipe without a writer is refused and not waited for`()
        throws
    {
        let file = FileManager.default.temporaryDirectory.appending(path: "pixelator-\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(self.file().utf8).write(to: file)
        let reader = SettingsReader(path: LocalPath(file.path), environment: [:], flags: [])
        let settings = try reader.loadForService()
        try FileManager.default.removeItem(at: file)
        #expect(mkfifo(file.path, 0o600) == 0)
        #expect(throws: SettingsError.self) { try reader.loadForService(waits: false) }
        let reload = Reload(
            settings: settings, reader: reader,
            logger: LogOutput(format: .json, descriptor: -1).logger("daemon")
        ) { _ in }
        #expect(reload.run()?.contains("refused") == true)
    }

    private func file(_ more: String = "") -> String {
        #"{"queue": {"url": "https://sqs.eu-west-1.amazonaws.com/1/q"}, "output": {"bucket": "out"}\#(more)}"#
    }

    @Test func `a reload applies reloadable settings and logs the old and the new values`() throws {
        let result = try reload(
            file(),
            file(
                #"""
                , "log": {"level": "debug"}, "worker": {"maxInFlight": 3, "policy": {"too-slow": "quarantine"}},
                "filter": {"include": ["*.jpg"]}, "pixelation": {"limits": {"pixels": 1000000}}
                """#))
        let new = try #require(result.applied.first)
        #expect(result.applied.count == 1 && result.note == nil)
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

    @Test func `a reload names settings that need a restart each time and does not apply them`() throws {
        let new = file(#", "pixelation": {"sizes": [8]}, "worker": {"maxInFlight": 3, "drainSeconds": 5}"#)
        let result = try reload(file(), new, new)
        #expect(result.applied.map(\.pixelation.sizes) == [[8, 16, 32, 48, 64]])
        #expect(result.applied.map(\.worker.drainSeconds) == [60])
        #expect(result.applied.map(\.worker.maxInFlight) == [3])
        #expect(result.note == "restart needed for pixelation.sizes, worker.drainSeconds")
        let named = result.log.ranges(of: #""needs_restart":"pixelation.sizes,worker.drainSeconds""#)
        #expect(named.count == 2)
    }

    @Test func `an invalid file changes nothing, and one event lists all problems`() throws {
        let wrong = file(
            #", "log": {"level": "debug"}, "worker": {"maxInFlight": "many", "maxReceives": -1, "maxInFlihgt": 1}"#
        )
        let result = try reload(file(), wrong)
        #expect(result.applied.isEmpty)
        let lines = result.log.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains(#""event":"reload-refused""#))
        for problem in [
            "worker.maxInFlight: must be a whole number", "worker.maxReceives: must be 0...1000",
            "worker.maxInFlihgt: unknown setting; did you mean worker.maxInFlight?",
        ] {
            #expect(lines.first?.contains(problem) == true, "\(problem)")
            #expect(result.note?.contains(problem) == true, "\(problem)")
        }
    }

    @Test(arguments: ["", "{", "[]", #"{"queue": {}}"#])
    func `a reload refuses a file that is not JSON or lacks the queue`(text: String) throws {
        let result = try reload(file(), text)
        #expect(result.applied.isEmpty && result.note?.hasPrefix("the last reload was refused: ") == true)
    }

    @Test func `a corrected file is applied, and the note about the refusal disappears`() throws {
        let result = try reload(file(), "{", file(#", "worker": {"maxInFlight": 3}"#))
        #expect(result.applied.map(\.worker.maxInFlight) == [3] && result.note == nil)
    }

    @Test func `the event names the effective settings and their digest, not those that need a restart`()
        throws
    {
        let result = try reload(
            file(), file(#", "pixelation": {"sizes": [8]}, "worker": {"maxInFlight": 3}"#))
        let digest = try #require(result.applied.first).digest
        #expect(result.log.contains(#""config_digest":"\#(digest)""#))
        #expect(result.log.contains("worker.maxInFlight=3") && !result.log.contains("sizes=[8]"))
    }

    @Test func `the log of a reload does not contain secrets`() throws {
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
            result.log.ranges(of: "arn:aws:iam::1:role/r").count == 2,
            "both events name the effective configuration")
        #expect(result.log.contains("aws.endpoints.s3: must be"))
        for secret in ["hush-hush", "password", "X-Amz-Sig=s"] { #expect(!result.log.contains(secret)) }
    }

    @Test func `only settings that the worker and the log apply at run time are reloadable`() {
        for setting in Setting.all where setting.isReloadable {
            let isTaken = ["log.level", "log.pictures", "filter.", "pixelation.limits.", "worker."].contains {
                setting.path.hasPrefix($0)
            }
            #expect(isTaken, "\(setting.path)")
        }
    }
}
