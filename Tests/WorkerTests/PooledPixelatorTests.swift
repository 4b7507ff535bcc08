// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Scripted
import Testing

@testable import Worker

@Suite struct PooledPixelatorTests {
    /// A reducer that fails with one kind of error.
    private struct FailingReducer: PictureReducer {
        let kind: PixelationError.Kind

        func reduce(_: Span<UInt8>, _: ReductionRequest) throws(PixelationError) -> Reduction {
            throw PixelationError(kind, "the reason")
        }

        func copyBytes(ofFile count: Int) -> Int { 0 }
    }

    /// The kinds of the worker for those of the engine. A wrong one would have the policy of another error.
    private static func expected(_ kind: PixelationError.Kind) -> WorkerError.Kind? {
        switch kind {
        case .notAnImage, .unsupportedFormat, .decoderMissing: .unsupported
        case .tooManyBytes, .tooManyPixels, .tooMuchMemory: .tooLarge
        case .tooManyScans, .tooManyFrames, .tooManyMarkers: .hostile
        case .truncated, .corrupt, .tooMuchDamage: .corrupt
        case .deadline: .tooSlow
        case .decoderCrashed: .decoderCrashed
        case .decoderOutOfMemory: .decoderOutOfMemory
        case .decoderGarbage: .decoderGarbage
        case .decoderUnavailable: .decoderUnavailable
        case .internal: .other
        case .cancelled: nil
        }
    }

    @Test(arguments: PixelationError.Kind.allCases)
    func `an error of a decoder keeps its code and its reason, and has its own kind`(
        kind: PixelationError.Kind
    ) async throws {
        let data = [UInt8](repeating: 0, count: 48)
        let file = HostileFile.start + HostileFile.baseline(64, 64) + data + HostileFile.end
        let engine = PooledPixelator(
            Pixelator(PixelationOptions(), reducer: FailingReducer(kind: kind)), options: WorkerOptions())
        let survey = try engine.survey(file)
        do {
            _ = try await engine.pixelate(file, survey: survey)
            Issue.record("the picture was pixelated")
        } catch let error as WorkerError {
            #expect(error.kind == Self.expected(kind))
            #expect(error.code == kind.rawValue && error.detail == "the reason")
        } catch {
            #expect(error is CancellationError && kind == .cancelled)
        }
    }
}
