// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The CPU time of the calling thread.
enum CPUTime {
    /// Returns the milliseconds of the fastest of `runs` calls.
    static func best(of runs: Int, _ body: () throws -> Void) rethrows -> Double {
        var best = Double.infinity
        for _ in 0..<runs {
            let start = now()
            try body()
            best = min(best, now() - start)
        }
        return best
    }

    /// Returns the milliseconds that the thread has computed so far.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }
}
