// SPDX-License-Identifier: Apache-2.0

import Foundation
import Locking
import Logging
import Settings
import Testing

@testable import Daemon
@testable import Systemd

struct ReloadTests {
    private let sent = Locked<[String]>([])

    /// Reloads `after` into a daemon that runs with `before`; returns the level then in force and the log.
    private func reload(_ before: String, _ after: String) async throws -> (level: Logger.Level, log: String)
    {
        let file = FileManager.default.temporaryDirectory.appending(path: "pixelator-\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(before.utf8).write(to: file)
        let reader = SettingsReader(path: file.path, environment: [:], flags: [])
        let pipe = Pipe()
        let settings = try reader.loadForService()
        let output = LogOutput(
            format: .json, level: settings.log.level, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let reload = Reload(
            settings: settings, reader: reader, output: output,
            notifier: Notifier { [sent] text in sent.withLock { $0.append(text) } },
            logger: output.logger("daemon"))
        try Data(after.utf8).write(to: file)
        await reload.run()
        try pipe.fileHandleForWriting.close()
        let log = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return (output.level, log)
    }

    private func file(_ more: String = "") -> String {
        #"{"queue": {"url": "https://sqs.eu-west-1.amazonaws.com/1/q"}, "output": {"bucket": "out"}\#(more)}"#
    }

    @Test func `a new log level is applied at once`() async throws {
        let (level, log) = try await reload(file(), file(#", "log": {"level": "debug"}"#))
        #expect(level == .debug)
        #expect(log.contains(#""applied":"log.level""#) && log.contains(#""event":"reloaded""#))
        let messages = sent.withLock { $0 }
        #expect(messages.count == 2 && messages[0].hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
        #expect(messages.last == "READY=1")
    }

    @Test func `what needs a restart is named and not applied`() async throws {
        let (_, log) = try await reload(file(), file(#", "pixelation": {"sizes": [8]}"#))
        #expect(log.contains(#""needs_restart":"pixelation.sizes""#))
    }

    @Test func `an invalid file changes nothing and says why`() async throws {
        let wrong = file(#", "log": {"level": "debug"}, "worker": {"slots": "many"}"#)
        let (level, log) = try await reload(file(), wrong)
        #expect(level == .info)
        #expect(
            log.contains(#""event":"reload-refused""#) && log.contains("worker.slots: must be a whole number")
        )
        #expect(sent.withLock { $0 }.last == "READY=1")
    }
}
