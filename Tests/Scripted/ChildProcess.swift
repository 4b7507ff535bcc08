// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A command as a child process, with its output on a pipe. (Foundation's `Process` lets a child inherit the
/// signal mask of a Dispatch thread, in which SIGTERM is blocked, and the leak sanitizer finds a leak in it.)
package final class ChildProcess {
    package struct Failure: Error { package let arguments: [String] }

    private let identifier: pid_t
    private let output: Int32
    private var status: Int32?

    /// The absolute path of the program comes first in `arguments`.
    package init(_ arguments: [String]) throws {
        var pipes: [Int32] = [-1, -1]
        guard pipe(&pipes) == 0 else { throw Failure(arguments: arguments) }
        for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/zero", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for text in vector { free(text) } }
        var child = pid_t()
        let code = posix_spawn(&child, arguments[0], &actions, &attributes, &vector, environ)
        close(pipes[1])
        guard code == 0 else {
            close(pipes[0])
            throw Failure(arguments: arguments)
        }
        identifier = child
        output = pipes[0]
    }

    deinit {
        if status == nil { kill(identifier, SIGTERM) }
        _ = wait()
        close(output)
    }

    /// The next line of output with its line end, or nil when there is none.
    package func line() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(output, &byte, 1) == 1 {
            bytes.append(byte)
            if byte == UInt8(ascii: "\n") { break }
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// Waits for the end. 0 is success.
    package func wait() -> Int32 {
        if let status { return status }
        var raw: Int32 = 0
        while waitpid(identifier, &raw, 0) < 0, errno == EINTR {}
        status = raw
        return raw
    }
}
