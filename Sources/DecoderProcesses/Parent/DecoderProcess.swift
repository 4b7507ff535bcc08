// SPDX-License-Identifier: Apache-2.0

internal import CLibC
import Glibc
internal import Support

/// A decoder process with its channel and its shared memory.
///
/// `@unchecked Sendable` because one thread at a time owns it: the thread of the pool, or the thread that
/// `DecoderPoolState` has given it to for one picture. The owner alone kills and reaps the process, so that its id
/// cannot be that of another process.
final class DecoderProcess: @unchecked Sendable {
    let pid: pid_t
    let memory: SharedMemory
    private(set) var channel: DecoderChannel
    /// The end of the process; nil before it is reaped.
    private(set) var end: DecoderEnd?
    /// The time at which the process was started.
    let started = ContinuousClock.now

    /// Starts a decoder process and sends the first message to it. The process has an empty environment and the
    /// descriptor 0 alone.
    ///
    /// The calling thread must live as long as the process, because the kernel kills the process when the thread ends
    /// (prctl(2), `PR_SET_PDEATHSIG`).
    ///
    /// - Throws: `DecoderStartFailure`.
    init(_ program: DecoderProgram, _ options: DecoderOptions) throws(DecoderStartFailure) {
        let shared = try SharedMemory(bytes: options.fileBytes)
        defer { shared.closeDescriptor() }
        var ends: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw DecoderStartFailure("socketpair", errno) }
        let (own, other) = (ends[0], ends[1])
        defer { close(other) }
        // The message is in the buffer of the socket before the process exists.
        let hello = HelloMessage(
            mappingBytes: shared.count, memoryLimit: options.memoryLimit, keptBytes: options.keptBytes,
            loadsHEIF: options.loadsHEIF, parent: getpid()
        ).message
        guard px_send_with_descriptor(own, hello, hello.count, shared.descriptor) == hello.count else {
            let code = errno
            close(own)
            throw DecoderStartFailure("sendmsg", code)
        }
        var child: pid_t = 0
        let code = Self.spawn(program, channel: other, &child)
        guard code == 0 else {
            close(own)
            throw DecoderStartFailure(program.path, code)
        }
        memory = shared
        channel = DecoderChannel(own)
        pid = child
    }

    private static func spawn(_ program: DecoderProgram, channel: Int32, _ child: inout pid_t) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, channel, STDIN_FILENO)
        px_spawn_close_from(&actions, STDIN_FILENO + 1)
        var arguments: [UnsafeMutablePointer<CChar>?] =
            (["pixelated"] + program.arguments).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        return SpawnAttributes.withAttributes {
            posix_spawn(&child, program.path, &actions, $0, &arguments, &environment)
        }
    }

    /// Closes the channel, which ends a decoder that waits for a request.
    func closeChannel() {
        guard channel.descriptor >= 0 else { return }
        close(channel.descriptor)
        channel = DecoderChannel(-1)
    }

    /// The predicate of a sentence that states how a decoder without a request has ended or hung up.
    var idleEnd: String { end.map { "ended with \($0)" } ?? "closed its channel" }

    /// Sends SIGKILL to the process if it is not reaped yet.
    func kill() {
        if end == nil { _ = Glibc.kill(pid, SIGKILL) }
    }

    /// Reaps the process if it has ended, without waiting. Returns true when it is reaped.
    func reap() -> Bool {
        if end != nil { return true }
        var status: Int32 = 0
        let reaped = waitpid(pid, &status, WNOHANG)
        if reaped == pid { end = DecoderEnd(waitStatus: status) }
        // ECHILD: the process ignores SIGCHLD, so that the kernel has reaped the decoder.
        if reaped < 0, errno == ECHILD { end = .exit(0) }
        return end != nil
    }

    /// Waits until the process is reaped, at most `limit`, and returns true when it is.
    func wait(atMost limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        var pause: UInt32 = 100
        while !reap() {
            guard ContinuousClock.now < deadline else { return false }
            usleep(pause)
            pause = min(2 * pause, 10_000)
        }
        return true
    }

    deinit { closeChannel() }
}
