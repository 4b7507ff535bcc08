// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Support

/// The execution of a program as a child process.
enum ChildProcess {
    enum Failure: Error, Equatable {
        case notStarted(String)
        case timedOut
        case tooMuchOutput
        case exited(Int)
        case killed(signal: Int)
    }

    /// Runs a program until it exits, and returns its standard output.
    ///
    /// The program inherits standard error and has an empty standard input. A Dispatch thread waits for the program, so
    /// that no thread of the Swift tasks is blocked.
    ///
    /// - Parameters:
    ///   - arguments: the program, which is searched for in `PATH`, and its arguments.
    ///   - environment: the environment variables of the program.
    ///   - deadline: the maximum running time of the program, after which it is killed.
    ///   - limit: the maximum length of the output in bytes. A program with a longer output is killed.
    static func output(
        of arguments: [String], environment: [String: String], within deadline: Duration, limit: Int = 1 << 16
    ) async -> Result<[UInt8], Failure> {
        await withHandover { handover in
            DispatchQueue.global(qos: .userInitiated).async {
                handover.resume(returning: run(arguments, environment, ContinuousClock.now + deadline, limit))
            }
        }
    }

    private static func run(
        _ arguments: [String], _ environment: [String: String], _ deadline: ContinuousClock.Instant,
        _ limit: Int
    ) -> Result<[UInt8], Failure> {
        var ends: [Int32] = [-1, -1]
        // A socket pair is close-on-exec from the beginning, so that no other child inherits it.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            return .failure(.notStarted("socketpair: errno \(errno)"))
        }
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        let (code, child) = spawn(arguments, environment, output: writing)
        close(writing)
        guard code == 0 else { return .failure(.notStarted(String(cString: strerror(code)))) }
        let read = collect(reading, deadline, limit)
        if case .failure = read { kill(child, SIGKILL) }
        let status = wait(for: child, until: deadline)
        if case .success = read {
            guard let status else { return .failure(.timedOut) }
            // The layout of the macros WTERMSIG and WEXITSTATUS (wait(2)), which Swift does not import.
            if status & 0x7F != 0 { return .failure(.killed(signal: Int(status & 0x7F))) }
            if status >> 8 & 0xFF != 0 { return .failure(.exited(Int(status >> 8 & 0xFF))) }
        }
        return read
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], output: Int32
    ) -> (code: Int32, child: pid_t) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        // Dispatch's threads block signals, and this process may ignore SIGPIPE. The child must inherit neither.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var pipe = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &pipe)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for copy in argv + envp { free(copy) } }
        var child: pid_t = 0
        guard let program = argv[0] else { return (EINVAL, 0) }
        let code = posix_spawnp(&child, program, &actions, &attributes, &argv, &envp)
        return (code, child)
    }

    private static func collect(
        _ descriptor: Int32, _ deadline: ContinuousClock.Instant, _ limit: Int
    ) -> Result<[UInt8], Failure> {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = (deadline - .now).inMilliseconds
            guard left > 0 else { return .failure(.timedOut) }
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&poller, 1, Int32(clamping: left)) > 0 else { continue }
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return .success(bytes) }
            bytes += buffer.prefix(count)
            guard bytes.count <= limit else { return .failure(.tooMuchOutput) }
        }
    }

    /// Waits for the child process and returns its wait status (waitpid(2)); nil when it was killed at the deadline.
    private static func wait(for child: pid_t, until deadline: ContinuousClock.Instant) -> Int32? {
        var status: Int32 = 0
        while true {
            let ended = waitpid(child, &status, WNOHANG)
            if ended == child { return status }
            if ended < 0 && errno != EINTR { return nil }
            guard ContinuousClock.now < deadline else { break }
            usleep(2000)
        }
        kill(child, SIGKILL)
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return nil
    }
}
