// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// The writing of the queued log records when the process crashes, because the latest ones show what happened before.
package enum CrashFlush {
    /// The number of records of all log queues that are not written yet.
    static let unwritten = Atomic<Int>(0)

    /// The signals that end a process after an error of the program itself (signal(7)).
    private static let signals = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]
    /// The handlers that were installed before, by the number of the signal.
    ///
    /// `nonisolated(unsafe)` because the memory is written only before the handlers that read it are installed.
    nonisolated(unsafe) private static let previous = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)

    /// Installs handlers of the signals of a crash. A handler waits until the thread of the log has written all
    /// records, for at most half a second. Then the signal has the effect that it had without the handler.
    package static func install() {
        _ = unwritten.load(ordering: .relaxed)
        for signal in signals {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { CrashFlush.handle($0) }
            action.sa_flags = Int32(SA_ONSTACK)
            sigaction(signal, &action, previous + Int(signal))
        }
    }

    /// Waits until all records are written. The function is safe in a signal handler: it only reads an atomic variable
    /// and sleeps.
    ///
    /// - Returns: False when records are left after `milliseconds`.
    @discardableResult
    static func wait(milliseconds: Int) -> Bool {
        for _ in 0..<milliseconds {
            if unwritten.load(ordering: .relaxed) <= 0 { return true }
            usleep(1000)
        }
        return unwritten.load(ordering: .relaxed) <= 0
    }

    private static func handle(_ signal: Int32) {
        wait(milliseconds: 500)
        sigaction(signal, previous + Int(signal), nil)
        // The signal is blocked until this function returns.
        raise(signal)
    }
}
