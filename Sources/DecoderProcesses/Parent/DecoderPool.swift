// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Pixelation
internal import Support

/// The `PictureReducer` that decodes in other processes, which have no credentials and a sandbox.
///
/// Each call of `reduce` has a decoder process for itself. The processes are kept: only the first pictures wait for
/// their start. A process that dies is replaced, and its picture is decoded once more by another process before the
/// error is thrown. A failure to start a process is an error of kind `decoderUnavailable`.
package final class DecoderPool: PictureReducer {
    private let core: DecoderPoolCore

    /// Creates a pool without decoders.
    ///
    /// - Parameters:
    ///   - options: The options of the decoders.
    ///   - limit: The maximum number of decoders. More calls of `reduce` at the same time wait.
    ///   - program: The program of the decoders.
    ///   - times: The times of the pool.
    ///   - onEvent: A function that is called for each event, on any thread. It must not block.
    package init(
        _ options: DecoderOptions, limit: Int, program: DecoderProgram = .thisExecutable,
        times: DecoderTimes = DecoderTimes(), onEvent: @escaping @Sendable (DecoderEvent) -> Void = { _ in }
    ) {
        core = DecoderPoolCore(options, limit: limit, program: program, times: times, onEvent: onEvent)
        DecoderThread.start(core)
    }

    deinit { core.stop() }

    /// Starts decoders until there are `count`, within the limit, and returns at once.
    package func keep(_ count: Int) {
        core.pool.change { $0.state.keep(count) }
        core.wake()
    }

    /// Changes the options and the maximum number of decoders. Decoders that are busy are replaced or ended after their
    /// picture.
    package func reconfigure(_ options: DecoderOptions, limit: Int) {
        core.pool.change {
            $0.state.resize(limit: limit)
            if $0.options != options { $0.state.replaceAll() }
            $0.options = options
        }
        core.wake()
    }

    /// Ends all decoders and returns when they have exited: at once for idle decoders, and after its picture for a busy
    /// one. Afterwards `reduce` throws errors. The calling thread is blocked.
    package func shutDown() {
        core.stop()
        core.pool.wait(slice: .milliseconds(100)) { $0.isFinished ? () : nil }
    }

    /// The process ids of the decoders that are ready.
    package var pids: [Int32] { core.pool.change { $0.decoders.values.map(\.pid).sorted() } }

    package var status: DecoderPoolStatus {
        core.pool.change {
            DecoderPoolStatus(
                readyCount: $0.state.readyCount, failure: $0.state.failure, report: $0.report,
                unreadable: $0.unreadable)
        }
    }

    /// Waits until `count` decoders are ready, or a start has failed, at most `limit`, and returns the status. The
    /// calling thread is blocked.
    package func waitUntilReady(_ count: Int, atMost limit: Duration) -> DecoderPoolStatus {
        let end = ContinuousClock.now + limit
        core.pool.wait(slice: .milliseconds(20)) {
            $0.state.readyCount >= count || $0.state.failure != nil || ContinuousClock.now >= end ? () : nil
        }
        return status
    }

    /// The file is copied into the memory that a decoder shares.
    package func copyBytes(ofFile count: Int) -> Int { count }

    package func reduce(
        _ bytes: Span<UInt8>, _ request: ReductionRequest
    ) throws(PixelationError) -> Reduction {
        var isSecond = false
        while true {
            let (id, decoder) = try core.take(for: request)
            switch DecoderExchange(decoder, request, grace: core.times.grace).run(bytes) {
            case .answer(let result):
                core.release(id, decoder)
                return try result.get()
            case .idleEnd(let reason):
                core.remove(id, decoder, idleEnd: reason, event: .endedIdle(pid: decoder.pid, reason))
            case .ended(let error):
                let event: DecoderEvent? =
                    error.kind == .cancelled ? nil : .died(pid: decoder.pid, error)
                core.remove(id, decoder, event: event)
                // After the deadline there is no time for another decoder.
                if isSecond || error.kind == .cancelled || error.kind == .deadline { throw error }
                isSecond = true
            }
        }
    }
}
