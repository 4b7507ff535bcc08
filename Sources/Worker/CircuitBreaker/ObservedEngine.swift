// SPDX-License-Identifier: Apache-2.0

internal import Pixelation
internal import Support

/// The engine as the job of one message uses it. It reports to the circuit breaker whether pictures can be decoded on
/// this machine.
final class ObservedEngine: PictureEngine {
    private let engine: any PictureEngine
    private let breaker: CircuitBreaker
    private let lease: LeaseManagerState.ID
    private let clock: any WorkerClock
    private let failure = Locked<RequestHistory.Request?>(nil)

    init(
        _ engine: any PictureEngine, of lease: LeaseManagerState.ID, breaker: CircuitBreaker,
        clock: any WorkerClock
    ) {
        self.engine = engine
        self.breaker = breaker
        self.lease = lease
        self.clock = clock
    }

    var outputFormat: String { engine.outputFormat }
    var sizes: [Int] { engine.sizes }
    var maximumBytes: Int { engine.maximumBytes }
    var timeLimit: Duration { engine.timeLimit }

    /// Returns the decoding because of which an attempt has failed; nil when it was not a decoding. The next attempt
    /// begins without any.
    func takeFailure() -> RequestHistory.Request? {
        failure.withLock { failure in
            defer { failure = nil }
            return failure
        }
    }

    func likelyEnding(forSource key: String) -> String? { engine.likelyEnding(forSource: key) }

    func survey(_ bytes: [UInt8]) throws -> Survey { try engine.survey(bytes) }

    func pixelate(
        _ bytes: [UInt8], survey: Survey
    ) async throws -> (picture: PixelatedPicture, waited: Duration, computed: Duration) {
        let request = RequestHistory.Request(.decode, began: clock.now)
        do {
            let result = try await engine.pixelate(bytes, survey: survey)
            breaker.succeeded(lease, request)
            return result
        } catch let error as WorkerError {
            if error.kind == .decoderUnavailable {
                failure.withLock { $0 = request }
            } else {
                breaker.succeeded(lease, request)
            }
            throw error
        }
    }
}
