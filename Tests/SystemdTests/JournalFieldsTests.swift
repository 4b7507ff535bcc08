// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Logging
import Support
import Testing

@testable import Systemd

struct JournalFieldsTests {
    private func record(_ message: Logger.Message, _ metadata: Logger.Metadata) -> LogRecord {
        LogRecord(
            LogEvent(
                level: .warning, message: message, metadata: metadata, source: "Worker",
                file: "Worker/Job.swift",
                function: "run()", line: 12), label: "worker", metadata: [:])
    }

    @Test func `an entry has the message id of its event and its metadata as fields`() {
        let fields = JournalFields.fields(
            of: record(
                "picture failed", ["event": "picture-failed", "s3_key": "a b.jpg", "error_code": "truncated"]),
            identifier: "pixelated", messageIDs: ["picture-failed": "0123456789abcdef0123456789abcdef"])
        for expected in [
            "MESSAGE=picture failed  error_code=truncated s3_key=\"a b.jpg\"", "PRIORITY=4",
            "SYSLOG_IDENTIFIER=pixelated", "LOGGER=worker", "CODE_FILE=Worker/Job.swift", "CODE_LINE=12",
            "CODE_FUNC=run()", "EVENT=picture-failed", "MESSAGE_ID=0123456789abcdef0123456789abcdef",
            "S3_KEY=a b.jpg", "ERROR_CODE=truncated",
        ] {
            #expect(fields.contains(expected))
        }
    }

    @Test(arguments: [
        ("s3_key", "S3_KEY"), ("ms-get", "MS_GET"), ("_trusted", "PIXELATED__TRUSTED"),
        ("2x", "PIXELATED_2X"), ("message", "PIXELATED_MESSAGE"), ("priority", "PIXELATED_PRIORITY"),
        ("", "PIXELATED_"),
    ])
    func `a field name is valid for the journal and not reserved`(key: String, name: String) {
        #expect(JournalFields.name(for: key) == name)
    }

    /// The test runs on a thread in a mount namespace of its own, in which journald is a socket of the test.
    @Test(.enabled(if: geteuid() == 0, "needs root for a mount namespace"))
    func `entries reach journald in its native protocol, large ones through a memory file`() async throws {
        let received = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try self.exchange() })
            }
        }
        // In a container, root may not be allowed to make namespaces.
        guard let received else { return }
        #expect(received[0].contains("S3_KEY\n"))
        #expect(received[0].contains("a\nb.jpg\n"))
        #expect(received[0].contains("PRIORITY=4\n"))
        #expect(received[1].utf8.count > 12_000_000)
    }

    private func exchange() throws -> [String]? {
        typealias Unshare = @convention(c) (Int32) -> Int32
        typealias Mount =
            @convention(c) (
                UnsafePointer<CChar>?, UnsafePointer<CChar>, UnsafePointer<CChar>?, UInt, UnsafeRawPointer?
            ) -> Int32
        let unshare = try #require(dlsym(nil, "unshare").map { unsafeBitCast($0, to: Unshare.self) })
        let mount = try #require(dlsym(nil, "mount").map { unsafeBitCast($0, to: Mount.self) })
        let newNamespace: Int32 = 0x2_0000
        let privateRecursively: UInt = 1 << 18 | 1 << 14
        guard unshare(newNamespace) == 0, mount(nil, "/", nil, privateRecursively, nil) == 0,
            mount("tmpfs", "/run", "tmpfs", 0, nil) == 0
        else { return nil }
        mkdir("/run/systemd", 0o755)
        mkdir("/run/systemd/journal", 0o755)
        let journald = try DatagramSocket(path: "/run/systemd/journal/socket")
        let fields = JournalFields.fields(
            of: record("picture failed", ["s3_key": "a\nb.jpg"]), identifier: "pixelated", messageIDs: [:])
        #expect(JournalFields.send(fields) == 0)
        let first = try #require(journald.receive())
        #expect(JournalFields.send(["MESSAGE=" + String(repeating: "x", count: 12_000_000)]) == 0)
        let second = try #require(journald.receive())
        return [String(decoding: first, as: UTF8.self), String(decoding: second, as: UTF8.self)]
    }
}
