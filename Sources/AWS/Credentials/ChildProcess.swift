// SPDX-License-Identifier: Apache-2.0

import CLibC
import Dispatch
import Glibc
import Support

/// The execution of a program as a child process.
///
/// The child process has three descriptors and a process group of its own. The execution ends with the child process or
/// at its deadline, whatever other processes hold open, and its whole group is killed then.
enum ChildProcess {
    enum Failure: Error, Equatable {
        case notStarted(String)
        case timedOut
        case tooMuchOutput
        /// The program exited with a status other than 0. `text` is the last line of its standard error.
        case exited(Int, text: String)
        case killed(signal: Int)
    }

    /// The pause between two checks of whether the child process has exited.
    private static let checkInterval = Duration.milliseconds(10)
    /// The maximum time in which a killed child process is reaped. One that the kernel does not end, for example while
    /// it waits for a file server, stays behind.
    private static let reapTime = Duration.seconds(1)
    /// The maximum length in bytes of the part of standard error that is kept.
    private static let errorLimit = 1024

    /// Runs a program until it exits, and returns its standard output.
    ///
    /// The standard input of the program is empty. The processes that it leaves behind in its process group are killed;
    /// a program that starts a daemon has to make a session for it (setsid(2)). A Dispatch thread waits for the
    /// program, so that no thread of the Swift tasks is blocked.
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
                handover.resume(returning: run(arguments, environment, .now + deadline, limit))
            }
        }
    }

    private static func run(
        _ arguments: [String], _ environment: [String: String], _ deadline: ContinuousClock.Instant,
        _ limit: Int
    ) -> Result<[UInt8], Failure> {
        guard var output = ChildOutput(limit: limit), var errors = ChildOutput(limit: errorLimit) else {
            return .failure(.notStarted(String(cString: strerror(errno))))
        }
        let (code, child) = spawn(arguments, environment, output.writing, errors.writing)
        guard code == 0 else { return .failure(.notStarted(String(cString: strerror(code)))) }
        ChildGroups.add(child)
        output.closeWriting()
        errors.closeWriting()
        var failure: Failure?
        while true {
            // The order matters: what a program has written before it exited is then in the pipes.
            let hasExited = hasExited(child)
            output.read()
            errors.read()
            if output.isCut { failure = .tooMuchOutput }
            if hasExited || failure != nil { break }
            let left = deadline - .now
            guard left > .zero else {
                failure = .timedOut
                break
            }
            var sources = [output.reading, errors.reading].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            poll(&sources, nfds_t(sources.count), Int32(min(left, checkInterval).inMilliseconds) + 1)
        }
        ChildGroups.end(child)
        let status = reap(child)
        if let failure { return .failure(failure) }
        guard let status else { return .failure(.timedOut) }
        // The layout of the macros WTERMSIG and WEXITSTATUS (wait(2)), which Swift does not import.
        if status & 0x7F != 0 { return .failure(.killed(signal: Int(status & 0x7F))) }
        let exit = Int(status >> 8 & 0xFF)
        return exit == 0 ? .success(output.bytes) : .failure(.exited(exit, text: lastLine(errors.bytes)))
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], _ output: Int32, _ errors: Int32
    ) -> (code: Int32, child: pid_t) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        // Libraries may have descriptors without close-on-exec, for example libcurl for its resolver threads.
        px_spawn_close_from(&actions, 3)
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for copy in argv + envp { free(copy) } }
        var child: pid_t = 0
        guard let program = argv[0] else { return (EINVAL, 0) }
        let code = SpawnAttributes.withAttributes {
            posix_spawnp(&child, program, &actions, $0, &argv, &envp)
        }
        return (code, child)
    }

    /// Returns true when the child process has exited. It is not reaped, so that its id remains its own.
    private static func hasExited(_ child: pid_t) -> Bool {
        var information = siginfo_t()
        let code = waitid(P_PID, id_t(child), &information, WEXITED | WNOHANG | WNOWAIT)
        if code < 0 { return errno != EINTR }
        return information.si_signo != 0
    }

    /// Reaps the killed or exited child process and returns its wait status (waitpid(2)); nil when the kernel does not
    /// end it within `reapTime`.
    private static func reap(_ child: pid_t) -> Int32? {
        let end = ContinuousClock.now + reapTime
        var status: Int32 = 0
        while true {
            let reaped = waitpid(child, &status, WNOHANG)
            if reaped == child { return status }
            guard reaped == 0 || errno == EINTR, ContinuousClock.now < end else { return nil }
            usleep(1000)
        }
    }

    /// Returns the last line of a text that has a visible character, at most 200 characters of it.
    private static func lastLine(_ bytes: [UInt8]) -> String {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        let line = lines.last { !$0.allSatisfy(\.isWhitespace) } ?? ""
        return String(line.withoutControlCharacters.prefix(200))
    }
}
