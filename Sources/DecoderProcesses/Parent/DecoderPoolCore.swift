// SPDX-License-Identifier: Apache-2.0

internal import CLibC
import Glibc
internal import Pixelation
internal import Sandbox
internal import Support

/// The part of a `DecoderPool` that its thread keeps alive until the last decoder has exited.
final class DecoderPoolCore: Sendable {
    struct Pool {
        var state: DecoderPoolState
        var options: DecoderOptions
        /// The decoders that are ready, by their ids in `state`.
        var decoders: [Int: DecoderProcess] = [:]
        var report: SandboxReport?
        var unreadable: [SourceFormat] = []
        /// Decoders that have been killed and are not reaped yet.
        var unreaped: [DecoderProcess] = []
        /// True when the thread has ended all decoders.
        var isFinished = false
    }

    let pool: Monitor<Pool>
    let program: DecoderProgram
    let times: DecoderTimes
    let onEvent: @Sendable (DecoderEvent) -> Void
    /// The pipe by which `wake` ends the wait of the thread.
    let wakeups: (reading: Int32, writing: Int32)
    /// The longest wait for a picture between two checks of its cancellation.
    private static let slice = Duration.milliseconds(20)

    init(
        _ options: DecoderOptions, limit: Int, program: DecoderProgram, times: DecoderTimes,
        onEvent: @escaping @Sendable (DecoderEvent) -> Void
    ) {
        pool = Monitor(Pool(state: DecoderPoolState(limit: limit, times: times), options: options))
        self.program = program
        self.times = times
        self.onEvent = onEvent
        var ends: [Int32] = [-1, -1]
        let code = px_pipe2(&ends, O_CLOEXEC | O_NONBLOCK)
        precondition(code == 0, "pipe2 failed with \(errno)")
        wakeups = (ends[0], ends[1])
    }

    deinit {
        close(wakeups.reading)
        close(wakeups.writing)
    }

    /// Ends the wait of the thread, so that it asks the state what is to do.
    func wake() {
        var byte: UInt8 = 0
        // A full pipe wakes the thread as well.
        _ = write(wakeups.writing, &byte, 1)
    }

    func stop() {
        pool.change { $0.state.stop() }
        wake()
    }

    /// Waits for a decoder and returns it. The caller owns it until it calls `release` or `remove`.
    ///
    /// - Throws: `PixelationError` of kind `decoderUnavailable`, `deadline` or `cancelled`.
    func take(for request: ReductionRequest) throws(PixelationError) -> (Int, DecoderProcess) {
        let unavailable = { (reason: String) in
            PixelationError(.decoderUnavailable, "no decoder process: \(reason)")
        }
        pool.change { $0.state.beginWaiting() }
        defer { pool.change { $0.state.endWaiting() } }
        var isFirst = true
        return try pool.wait(slice: Self.slice) { pool -> Result<(Int, DecoderProcess), PixelationError>? in
            switch pool.state.take() {
            case .decoder(let id):
                guard let decoder = pool.decoders[id] else {
                    return .failure(unavailable("no process \(id)"))
                }
                return .success((id, decoder))
            case .unavailable(let reason): return .failure(unavailable(reason))
            case .wait:
                if isFirst { wake() }
                isFirst = false
            }
            if request.cancellation?.isCancelled ?? false {
                return .failure(PixelationError(.cancelled, "decoding was cancelled"))
            }
            if ContinuousClock.now >= request.deadline {
                // Without a failed start, the other pictures have all decoders, as during a reload.
                return .failure(
                    pool.state.failure.map(unavailable)
                        ?? PixelationError(.deadline, "no decoder became free before the deadline"))
            }
            return nil
        }.get()
    }

    /// Makes a decoder idle.
    func release(_ id: Int, _ decoder: DecoderProcess) {
        let memory = decoder.memory.use
        if pool.change({ $0.state.release(id, memory, at: .now) }) { wake() }
    }

    /// Kills and reaps a decoder of the caller. The thread replaces it.
    ///
    /// - Parameters:
    ///   - idleEnd: The predicate of a sentence that states how the decoder has ended by itself without a request; nil
    ///     for another end.
    ///   - event: The event of its end; nil if the end is not told.
    func remove(_ id: Int, _ decoder: DecoderProcess, idleEnd: String? = nil, event: DecoderEvent?) {
        // The thread of the pool must not wait for the descriptor any more when it is closed.
        pool.change { $0.decoders[id] = nil }
        decoder.kill()
        decoder.closeChannel()
        let isReaped = decoder.wait(atMost: times.exit)
        pool.change {
            $0.state.remove(id, idleEnd: idleEnd, at: .now)
            if !isReaped { $0.unreaped.append(decoder) }
        }
        wake()
        if let event { onEvent(event) }
    }
}
