// SPDX-License-Identifier: Apache-2.0

import Glibc
import Support
import Testing

/// Each test runs in a process of its own, because it replaces the standard streams.
struct StandardStreamsTests {
    @Test func `a stream that is closed at the start is opened, and stays out of the way of files`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] { close(descriptor) }
            StandardStreams.openMissing()
            for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
                guard fcntl(descriptor, F_GETFD) == 0 else { exit(1) }
            }
            exit(open("/dev/null", O_RDONLY) > STDERR_FILENO ? 7 : 2)
        }
    }

    @Test func `a reader that has closed the pipe is no error`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            signal(SIGPIPE, SIG_IGN)
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { exit(1) }
            dup2(ends[1], STDOUT_FILENO)
            close(ends[0])
            try StandardStreams.printLine("lost")
            exit(7)
        }
    }

    @Test func `a full disk is an error with its reason`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO)
            do throws(StandardStreams.Failure) {
                try StandardStreams.printLine("lost")
                exit(1)
            } catch {
                exit(error.description == "cannot write to standard output: No space left on device" ? 7 : 2)
            }
        }
    }
}
