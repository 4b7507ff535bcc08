// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Glibc
import Support

/// A child process of a test, with the lines of its output.
package final class ChildProcess: Sendable {
    /// The way in which a process has ended: with an exit status, or by a signal.
    package enum End: Sendable, Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    package let pid: Int32
    /// The lines of the standard output and of the standard error, in the order of writing.
    package let log = LineLog()
    /// A log with one line when the process has ended.
    private let ends = LineLog()
    /// True from the time when the process is reaped. From then on its process ID can be reused.
    private let isReaped = Locked(false)

    /// Starts a program with an empty signal mask and default signal handlers. (Foundation's `Process` passes on the
    /// signal mask of the calling thread, which may block SIGTERM, and the leak sanitizer reports a leak in it.)
    ///
    /// - Parameters:
    ///   - program: The path of the program.
    ///   - arguments: The arguments, without the name of the program.
    ///   - environment: The environment variables; nil for those of this process.
    ///   - input: The path of the file for the standard input.
    package init(
        _ program: URL, _ arguments: [String], environment: [String: String]? = nil,
        input: String = "/dev/null"
    ) throws {
        var pipe: [Int32] = [0, 0]
        guard Glibc.pipe(&pipe) == 0 else { throw TestError("pipe: \(errno)") }
        let (reading, writing) = (pipe[0], pipe[1])
        defer { close(writing) }

        // The child must not inherit other descriptors: a pipe would stay open after its owner has closed it.
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            if let descriptor = Int32(name), descriptor > 2 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, writing, 1)
        posix_spawn_file_actions_adddup2(&actions, writing, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let words = ([program.path] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { $0.map { strdup("\($0)=\($1)") } + [nil] } ?? []
        defer { for text in words + variables { free(text) } }
        var child: pid_t = 0
        let status =
            environment == nil
            ? posix_spawn(&child, program.path, &actions, &attributes, words, environ)
            : posix_spawn(&child, program.path, &actions, &attributes, words, variables)
        guard status == 0 else {
            close(reading)
            throw TestError("\(program.path): \(String(cString: strerror(status)))")
        }
        pid = child
        TestThread.start { [log] in Self.read(reading, into: log) }
        TestThread.start { [ends, isReaped, pid] in ends.append(line: Self.wait(pid, isReaped)) }
    }

    /// Sends the signal `number` to the process; does nothing if the process has ended.
    package func signal(_ number: Int32) {
        isReaped.withLock { isReaped in
            if !isReaped { kill(pid, number) }
        }
    }

    /// Waits until the process has ended and its output is complete, and returns the way in which it has ended.
    ///
    /// - Throws: `TestError` if the process has not ended after `seconds`.
    package func end(within seconds: Double = 60) async throws -> End {
        let line = try await ends.line(within: seconds, "end of the process") { _ in true }
        try await log.ended(within: seconds)
        let parts = line.split(separator: " ")
        let number = Int32(parts[1]) ?? -1
        return parts[0] == "exit" ? .exit(number) : .signal(number)
    }

    private static func read(_ descriptor: Int32, into log: LineLog) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            log.append(Data(buffer[..<count]))
        }
        log.end()
        close(descriptor)
    }

    private static func wait(_ pid: pid_t, _ isReaped: Locked<Bool>) -> String {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        var status: Int32 = 0
        isReaped.withLock { isReaped in
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            isReaped = true
        }
        let signal = status & 0x7f
        return signal == 0 ? "exit \((status >> 8) & 0xff)" : "signal \(signal)"
    }
}
