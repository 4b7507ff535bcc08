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

    /// The longest wait for the first decoders. They take milliseconds, unless the machine is at fault.
    private static let startTime = Duration.seconds(2)

    /// Starts decoders.
    ///
    /// - Parameters:
    ///   - count: The number of pictures that are decoded at the same time.
    ///   - onEvent: A function that is called for each event, on any thread. It must not block.
    package init(
        _ isolation: DecoderIsolation, _ limits: PixelationLimits, count: Int,
        onEvent: @escaping @Sendable (DecoderEvent) -> Void
    ) {
        guard isolation != .off else {
            (pool, reducer) = (nil, InProcessReducer())
            return
        }
        let pool = DecoderPool(
            DecoderOptions(isolation: isolation, limits, count: count), limit: count, onEvent: onEvent)
        pool.keep(count)
        (self.pool, reducer) = (pool, pool)
    }

    /// Waits until all decoders are ready or one cannot be started, for two seconds at most. The calling thread is
    /// blocked.
    ///
    /// - Parameter count: The number of decoders.
    /// - Returns: The reason for which no decoder can be started; nil when they are ready.
    @discardableResult package func waitUntilReady(_ count: Int) -> String? {
        pool?.waitUntilReady(count, atMost: Self.startTime).failure
    }

    /// The result of the start of a decoder.
    package struct Trial: Sendable {
        /// The reason for which no decoder can be started; nil when one has started.
        package var failure: String?
        /// The parts of the sandbox that the decoder lacks; empty if it lacks none.
        package var missing: String

        package init(failure: String? = nil, missing: String = "") {
            self.failure = failure
            self.missing = missing
        }
    }

    /// Starts one decoder and ends it. The calling thread is blocked, for five seconds at most.
    ///
    /// - Parameter isolation: Not `off`.
    package static func trial(_ isolation: DecoderIsolation, _ limits: PixelationLimits) -> Trial {
        let pool = DecoderPool(DecoderOptions(isolation: isolation, limits, count: 1), limit: 1)
        defer { pool.shutDown() }
        pool.keep(1)
        let status = pool.waitUntilReady(1, atMost: .seconds(5))
        return Trial(
            failure: status.failure ?? (status.readyCount == 0 ? "it is not ready after 5 s" : nil),
            missing: status.report?.description ?? "")
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

    /// Applies other limits and another number of decoders. Pictures that are being decoded keep theirs.
    func reconfigure(_ isolation: DecoderIsolation, _ limits: PixelationLimits, count: Int) {
        pool?.reconfigure(DecoderOptions(isolation: isolation, limits, count: count), limit: count)
        pool?.keep(count)
    }

    /// Ends all decoders and returns when they have exited, after the last picture. The calling thread is blocked.
    package func shutDown() { pool?.shutDown() }
}
