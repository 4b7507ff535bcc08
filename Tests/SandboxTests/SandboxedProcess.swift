// SPDX-License-Identifier: Apache-2.0

import CLibC
import Foundation
import Glibc
import Sandbox
import Scripted
import Support

/// A child process that runs SandboxedProgram, with an empty environment and one end of a channel as its only
/// descriptor.
final class SandboxedProcess: Sendable {
    /// The kind of sandbox that the program enters: its first argument.
    enum Mode: String {
        case sandbox
        case noSandbox = "no-sandbox"
        case limitsRefused = "limits-refused"
        case stackLimitRefused = "stack-limit-refused"
        case filterRefused = "filter-refused"
        case sandboxRefused = "sandbox-refused"
    }

    let pid: pid_t
    /// The test's end of the channel.
    let channel: Int32
    private let isReaped = Locked(false)

    init(_ mode: Mode, _ work: String) throws {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw TestError("socketpair: \(errno)")
        }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
        _ = px_spawn_close_from(&actions, 1)
        let words: [UnsafeMutablePointer<CChar>?] = [
            strdup(Self.program), strdup(mode.rawValue), strdup(work), nil,
        ]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        let status = posix_spawn(&child, Self.program, &actions, nil, words, &environment)
        guard status == 0 else {
            close(ends[0])
            throw TestError("\(Self.program): \(String(cString: strerror(status)))")
        }
        pid = child
        channel = ends[0]
    }

    deinit {
        close(channel)
        if !isReaped.withLock({ $0 }) {
            kill(pid, SIGKILL)
            _ = end()
        }
    }

    /// The program, which is built into the directory of the test program.
    static let program: String = {
        let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: tests ?? "").deletingLastPathComponent().appending(path: "SandboxedProgram").path
    }()

    /// Reads the report of the sandbox; nil if the process ends without one.
    func report() -> SandboxReport? {
        var bytes: [UInt8] = []
        while bytes.count < SandboxReport.byteCount {
            var byte: UInt8 = 0
            guard recv(channel, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        return SandboxReport(bytes: bytes)
    }

    /// Sends one byte and returns the next byte that the process sends; nil if it sends none.
    func exchange(_ byte: UInt8) -> UInt8? {
        var byte = byte
        guard send(channel, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 else { return nil }
        return recv(channel, &byte, 1, 0) == 1 ? byte : nil
    }

    /// Closes the direction from the test to the process.
    func closeChannel() {
        shutdown(channel, Int32(SHUT_WR))
    }

    /// Waits for the end of the process.
    func end() -> ChildProcess.End {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        isReaped.withLock { $0 = true }
        let signal = status & 0x7f
        return signal == 0 ? .exit((status >> 8) & 0xff) : .signal(signal)
    }

    /// The fields of /proc/PID/status.
    func status() throws -> [String: String] {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        return text.split(separator: "\n").reduce(into: [:]) { fields, line in
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
    }
}
