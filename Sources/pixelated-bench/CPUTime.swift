// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The CPU time of the calling thread.
enum CPUTime {
    /// Returns the CPU time of the fastest of `runs` calls of `body`, in milliseconds.
    static func best(of runs: Int, _ body: () throws -> Void) rethrows -> Double {
        var best = Double.infinity
        for _ in 0..<runs {
            let start = now()
            try body()
            best = min(best, now() - start)
        }
        return best
    }

    /// Returns the CPU time that the calling thread has used so far, in milliseconds.
    static func now() -> Double { now(CLOCK_THREAD_CPUTIME_ID) }

    /// Returns the CPU time that a clock shows, in milliseconds.
    static func now(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }
}
