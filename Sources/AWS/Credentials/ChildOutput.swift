// SPDX-License-Identifier: Apache-2.0

import CLibC
import Glibc

/// One output of a child process, standard output or standard error, which this process reads from a pipe.
///
/// It is a pipe and not a socket, because a program cannot open `/dev/stdout` when that is a socket.
struct ChildOutput: ~Copyable {
    /// The end of the pipe that is read; -1 after the end of the output.
    private(set) var reading: Int32
    /// The end of the pipe that the child process writes to; -1 after `closeWriting()`.
    private(set) var writing: Int32
    /// The bytes that were read. Of a longer output than `limit`, the bytes at the end.
    private(set) var bytes: [UInt8] = []
    /// True when the output is longer than `limit`.
    private(set) var isCut = false
    private let limit: Int

    /// Makes the pipe. The result is nil when this process has no file descriptor left.
    ///
    /// - Parameter limit: the maximum number of bytes that are kept.
    init?(limit: Int) {
        var ends: [Int32] = [-1, -1]
        guard px_pipe2(&ends, O_CLOEXEC) == 0 else { return nil }
        (reading, writing) = (ends[0], ends[1])
        self.limit = limit
        // Only this end: a child process does not expect non-blocking writes.
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    }

    deinit {
        if reading >= 0 { close(reading) }
        if writing >= 0 { close(writing) }
    }

    /// Closes the end for the child process, which has its own copy. Without this call the output would never end.
    mutating func closeWriting() {
        close(writing)
        writing = -1
    }

    /// Reads what is in the pipe, at most 64 KiB (a process that writes without end must not keep the caller here).
    mutating func read() {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while reading >= 0 {
            let count = Glibc.read(reading, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { return }
            guard count > 0 else {
                close(reading)
                reading = -1
                return
            }
            bytes += buffer.prefix(count)
            guard bytes.count > limit else { return }
            isCut = true
            bytes.removeFirst(bytes.count - limit)
            return
        }
    }
}
