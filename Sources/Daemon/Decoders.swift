// SPDX-License-Identifier: Apache-2.0

package import DecoderProcesses
import Decoding
package import Pixelation
import Sandbox

/// The decoders of a program: processes without credentials, or the calling process itself with
/// `DecoderIsolation.off`.
package struct Decoders: Sendable {
    /// The reducer that uses the decoders.
    package let reducer: any PictureReducer
    private let pool: DecoderPool?

    /// Starts decoders.
    ///
    /// - Parameters:
    ///   - options: The options of the engine.
    ///   - count: The number of pictures that are decoded at the same time.
    ///   - keptBytes: The memory in bytes that all decoders together keep between two pictures, at most.
    ///   - onEvent: A function that is called for each event, on any thread. It must not block.
    package init(
        _ isolation: DecoderIsolation, _ options: PixelationOptions, count: Int,
        keptBytes: Int = DecoderOptions.allKeptBytes,
        onEvent: @escaping @Sendable (DecoderEvent) -> Void
    ) {
        guard isolation != .off else {
            (pool, reducer) = (nil, InProcessReducer())
            return
        }
        let pool = DecoderPool(
            DecoderOptions(isolation: isolation, options, count: count, allKeptBytes: keptBytes),
            limit: count, onEvent: onEvent)
        pool.keep(count)
        (self.pool, reducer) = (pool, pool)
    }

    /// Waits until all decoders are ready or one cannot be started. The calling thread is blocked.
    ///
    /// - Parameters:
    ///   - count: The number of decoders.
    ///   - time: The longest wait. Decoders take milliseconds, unless the machine is at fault.
    /// - Returns: The reason for which no decoder can be started; nil when they are ready, or when the time is over.
    @discardableResult package func waitUntilReady(_ count: Int, atMost time: Duration = .seconds(2))
        -> String?
    {
        pool?.waitUntilReady(count, atMost: time).failure
    }

    /// The result of the start of a decoder.
    package struct Trial: Sendable {
        /// The reason for which no decoder can be started; nil when one has started.
        package var failure: String?
        /// The parts of the sandbox that the decoder lacks; empty if it lacks none.
        package var missing: String
        /// The formats that the decoder cannot decode, because their libraries are not installed.
        package var unreadable: [SourceFormat]

        package init(failure: String? = nil, missing: String = "", unreadable: [SourceFormat] = []) {
            self.failure = failure
            self.missing = missing
            self.unreadable = unreadable
        }
    }

    /// Starts one decoder and ends it. The calling thread is blocked, for five seconds at most.
    ///
    /// - Parameter isolation: Not `off`.
    package static func trial(_ isolation: DecoderIsolation, _ options: PixelationOptions) -> Trial {
        let decoders = Decoders(isolation, options, count: 1, onEvent: { _ in })
        defer { decoders.shutDown() }
        let failure = decoders.waitUntilReady(1, atMost: .seconds(5))
        return Trial(
            failure: failure ?? (decoders.readyCount == 0 ? "it is not ready after 5 s" : nil),
            missing: decoders.missing, unreadable: decoders.pool?.status.unreadable ?? [])
    }

    /// The parts of the sandbox that the decoders lack; empty if they lack none.
    package var missing: String { pool?.status.report?.description ?? "" }

    /// The reason for which no decoder is ready and none can be started; nil otherwise.
    var failure: String? {
        guard let status = pool?.status, status.readyCount == 0 else { return nil }
        return status.failure
    }

    /// The number of decoders that are ready; 0 with `DecoderIsolation.off`.
    var readyCount: Int { pool?.status.readyCount ?? 0 }

    /// Applies other options and another number of decoders. Pictures that are being decoded keep theirs.
    func reconfigure(
        _ isolation: DecoderIsolation, _ options: PixelationOptions, count: Int, keptBytes: Int
    ) {
        pool?.reconfigure(
            DecoderOptions(isolation: isolation, options, count: count, allKeptBytes: keptBytes), limit: count
        )
        pool?.keep(count)
    }

    /// Ends all decoders and returns when they have exited, after the last picture. The calling thread is blocked.
    package func shutDown() { pool?.shutDown() }
}
