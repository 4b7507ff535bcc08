// SPDX-License-Identifier: Apache-2.0

package import Pixelation
internal import Support

/// The `PictureEngine` that pixelates on a limited number of threads, `WorkerOptions.effectiveCPUWorkers`: one for each
/// processor when `cpuWorkers` is 0.
package struct PooledPixelator: PictureEngine {
    private let pixelator: Pixelator
    private let pool: PixelPool
    /// The working set in bytes above which a picture counts as heavy. When there are several threads, heavy pictures
    /// use all but one of them, so that other pictures do not wait for heavy ones.
    private let heavyBytes: Int

    /// The version of the output bytes. It is increased with every change of the engine that changes the bytes of
    /// outputs.
    private static let outputFormatVersion = 2

    package init(_ pixelator: Pixelator, options: WorkerOptions) {
        self.init(pixelator, PixelPool(concurrency: options.effectiveCPUWorkers), options)
    }

    private init(_ pixelator: Pixelator, _ pool: PixelPool, _ options: WorkerOptions) {
        self.pixelator = pixelator
        self.pool = pool
        heavyBytes = options.effectiveMemoryBytes / 8
    }

    /// Returns an engine with other limits that uses the same threads, whose number can change. Pictures that are being
    /// pixelated keep their limits.
    package func reconfigured(_ pixelator: Pixelator, options: WorkerOptions) -> PooledPixelator {
        pool.resize(concurrency: options.effectiveCPUWorkers)
        return PooledPixelator(pixelator, pool, options)
    }

    package var outputFormat: String { Self.outputFormat(of: pixelator.options) }

    /// Returns the output format of an engine with these options.
    package static func outputFormat(of options: PixelationOptions) -> String {
        var parts = ["\(outputFormatVersion)", options.metadata.rawValue, options.truncated.rawValue]
        // The defaults have no part, so that the outputs of earlier versions remain valid.
        if options.output != .same { parts.append(options.output.rawValue) }
        if options.background != .white { parts.append("\(options.background)") }
        return parts.joined(separator: "-")
    }

    package func likelyEnding(forSource key: String) -> String? {
        pixelator.options.output.likelyEnding(forSource: key)
    }

    package var sizes: [Int] { pixelator.options.sizes }
    package var maximumBytes: Int { pixelator.options.limits.bytes }
    package var timeLimit: Duration { .seconds(pixelator.options.limits.seconds) }

    package func survey(_ bytes: [UInt8]) throws -> Survey {
        do {
            return try pixelator.survey(bytes)
        } catch {
            throw try WorkerError.or(error)
        }
    }

    package func pixelate(
        _ bytes: [UInt8], survey: Survey
    ) async throws -> (picture: PixelatedPicture, waited: Duration, computed: Duration) {
        let cancellation = Cancellation()
        let queued = ContinuousClock.now
        do {
            return try await pool.run(
                isHeavy: survey.workingSetBytes > heavyBytes, interrupt: { cancellation.cancel() },
                { [pixelator] in
                    // The pixelator's time limit runs from here, not from the wait for a processor.
                    let started = ContinuousClock.now
                    let picture = try pixelator.pixelate(bytes, survey: survey, cancellation: cancellation)
                    return (picture, queued.duration(to: started), started.duration(to: .now))
                })
        } catch let error as PixelationError {
            throw try WorkerError.or(error)
        }
    }
}

extension WorkerError {
    /// Returns the error of the worker for an error of the pixelation.
    ///
    /// - Throws: `CancellationError` when the error is a cancellation.
    fileprivate static func or(_ error: PixelationError) throws -> WorkerError {
        guard let kind = Kind(error.kind) else { throw CancellationError() }
        return WorkerError(kind, operation: "pixelating", code: error.kind.rawValue, detail: error.detail)
    }
}

extension WorkerError.Kind {
    /// Makes the kind of error for the kind of a `PixelationError`. The result is nil for a cancellation.
    init?(_ kind: PixelationError.Kind) {
        switch kind {
        case .notAnImage, .unsupportedFormat, .decoderMissing: self = .unsupported
        case .tooManyBytes, .tooManyPixels, .tooMuchMemory: self = .tooLarge
        case .tooManyScans, .tooManyFrames, .tooManyMarkers: self = .hostile
        case .truncated, .corrupt, .tooMuchDamage: self = .corrupt
        case .deadline: self = .tooSlow
        case .decoderCrashed: self = .decoderCrashed
        case .decoderOutOfMemory: self = .decoderOutOfMemory
        case .decoderGarbage: self = .decoderGarbage
        case .decoderUnavailable: self = .decoderUnavailable
        case .internal: self = .other
        case .cancelled: return nil
        }
    }
}
