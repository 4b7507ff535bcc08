// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Glibc
import Pixelation

/// The engine with one decoder process, whose CPU time counts with that of the calling thread.
struct IsolatedEngine {
    /// The error of a machine on which no decoder can be started.
    struct Unavailable: Error, CustomStringConvertible {
        var description: String
    }

    private let pool: DecoderPool
    /// The clock of the decoder's CPU time.
    private let clock: clockid_t

    /// Starts the decoder.
    ///
    /// - Throws: `Unavailable`.
    init() throws {
        pool = DecoderPool(
            DecoderOptions(isolation: .preferred, PixelationOptions(), count: 1), limit: 1)
        pool.keep(1)
        let status = pool.waitUntilReady(1, atMost: .seconds(5))
        var clock = clockid_t()
        guard let pid = pool.pids.first, clock_getcpuclockid(pid, &clock) == 0 else {
            throw Unavailable(description: "no decoder: \(status.failure ?? "not ready in five seconds")")
        }
        self.clock = clock
    }

    func pixelator(_ options: PixelationOptions) -> Pixelator { Pixelator(options, reducer: pool) }

    /// Returns the CPU time of the calling thread and of the decoder for a call of `body`, in milliseconds.
    func time(of body: () throws -> Void) rethrows -> Double {
        let start = CPUTime.now() + CPUTime.now(clock)
        try body()
        return CPUTime.now() + CPUTime.now(clock) - start
    }

    func end() { pool.shutDown() }
}
