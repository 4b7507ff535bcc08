// SPDX-License-Identifier: Apache-2.0

package import Pixelation
internal import Support

/// The pixelator on a bounded number of processors.
package struct PooledPixelator: PictureEngine {
    private let pixelator: Pixelator
    private let pool: PixelPool
    private let seconds: Int
    private let heavyBytes: Int

    /// Raise with every change of the engine that changes outputs.
    private static let generation = 1

    package init(_ pixelator: Pixelator, options: WorkerOptions) {
        self.init(pixelator, PixelPool(concurrency: options.effectiveCPUWorkers), options)
    }

    private init(_ pixelator: Pixelator, _ pool: PixelPool, _ options: WorkerOptions) {
        self.pixelator = pixelator
        self.pool = pool
        seconds = options.pictureSeconds
        heavyBytes = options.memoryBytes / 8
    }

    /// An engine with other limits on the same processors, of which there may now be another number. Pictures that
    /// this one has in hand keep its limits.
    package func reconfigured(_ pixelator: Pixelator, options: WorkerOptions) -> PooledPixelator {
        pool.resize(concurrency: options.effectiveCPUWorkers)
        return PooledPixelator(pixelator, pool, options)
    }

    package var recipe: String {
        "\(Self.generation)-\(pixelator.options.metadata.rawValue)-\(pixelator.options.truncated.rawValue)"
    }

    package var sizes: [Int] { pixelator.options.sizes }
    package var maximumBytes: Int { pixelator.options.limits.bytes }

    package func survey(_ bytes: [UInt8]) throws -> PictureSurvey {
        do {
            let survey = try pixelator.survey(bytes)
            return PictureSurvey(
                width: survey.width, height: survey.height, format: survey.format.rawValue,
                workingSetBytes: survey.workingSetBytes)
        } catch {
            throw try WorkerError.or(error)
        }
    }

    package func pixelate(_ bytes: [UInt8], survey: PictureSurvey) async throws -> PixelatedPicture {
        let limit = LateDeadline(after: .seconds(seconds))
        let asked = ContinuousClock.now
        do {
            return try await pool.run(
                isHeavy: survey.workingSetBytes > heavyBytes, interrupt: { limit.cancel() },
                { [pixelator] in
                    let began = ContinuousClock.now
                    let result = try pixelator.pixelate(bytes, until: limit.begin())
                    return PixelatedPicture(
                        variants: result.variants.map {
                            .init(size: $0.n, bytes: $0.bytes, contentType: $0.contentType)
                        }, waited: asked.duration(to: began), computed: began.duration(to: .now))
                })
        } catch let error as PixelationError {
            throw try WorkerError.or(error)
        }
    }
}

/// A deadline that runs from the moment a processor is free, and can be cancelled before.
private final class LateDeadline: Sendable {
    private let duration: Duration
    private let state = Locked((deadline: Deadline?.none, isCancelled: false))

    init(after duration: Duration) { self.duration = duration }

    func begin() -> Deadline {
        let deadline = Deadline(after: duration)
        let isCancelled = state.withLock { state -> Bool in
            state.deadline = deadline
            return state.isCancelled
        }
        if isCancelled { deadline.cancel() }
        return deadline
    }

    func cancel() {
        let deadline = state.withLock { state -> Deadline? in
            state.isCancelled = true
            return state.deadline
        }
        deadline?.cancel()
    }
}

extension WorkerError {
    /// - Throws: `CancellationError` when that is what it means.
    fileprivate static func or(_ error: PixelationError) throws -> WorkerError {
        guard let kind = Kind(error.kind) else { throw CancellationError() }
        return WorkerError(kind, operation: "pixelating", code: error.kind.rawValue, detail: error.detail)
    }
}

extension WorkerError.Kind {
    /// Nil for a cancellation.
    init?(_ kind: PixelationError.Kind) {
        switch kind {
        case .notAnImage, .unsupportedFormat: self = .unsupported
        case .tooManyBytes, .tooManyPixels, .tooMuchMemory: self = .tooLarge
        case .tooManyScans, .tooManyMarkers, .tooManyWarnings: self = .hostile
        case .truncated, .corrupt: self = .corrupt
        case .deadline: self = .tooSlow
        case .internal: self = .other
        case .cancelled: return nil
        }
    }
}
