// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Decoding
import Pixelation
import Scripted
import Testing

/// Hostile files have the same result with decoder processes as with decoding in the process: those of `HostileFile`,
/// and those of `SharedCorpus` if it is present.
@Suite struct IsolationVerdictTests {
    /// The result of a file: its outputs with the damage, or its error.
    private typealias Verdict = Result<PixelatedPicture, PixelationError>

    private static func options(_ truncated: TruncationPolicy) -> PixelationOptions {
        var options = PixelationOptions()
        options.truncated = truncated
        #if DEBUG
            // A debug build takes half a minute for the largest files.
            options.sizes = [8, 64]
            options.limits.pixels = 2_000_000
        #endif
        // Limits of time differ between two runs on a busy machine.
        options.limits.seconds = 3600
        options.limits.memoryBytes = 200 << 20
        return options
    }

    private static func verdict(
        _ bytes: [UInt8], _ options: PixelationOptions, _ reducer: any PictureReducer
    ) -> Verdict {
        do throws(PixelationError) {
            return .success(try Pixelator(options, reducer: reducer).pixelate(bytes))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: TruncationPolicy.allCases)
    func `a hostile file has the same outputs or the same error in a decoder process`(
        _ truncated: TruncationPolicy
    ) throws {
        let options = Self.options(truncated)
        let pool = Harness.pool(of: "pixelated", options.limits, limit: 1)
        defer { pool.shutDown() }
        var (pictures, errors) = (0, Set<PixelationError.Kind>())
        func compare(_ bytes: [UInt8], _ name: String) {
            let own = Self.verdict(bytes, options, InProcessReducer())
            let isolated = Self.verdict(bytes, options, pool)
            #expect(isolated == own, "\(name)")
            switch own {
            case .success: pictures += 1
            case .failure(let error): errors.insert(error.kind)
            }
        }
        for file in HostileFile.all { compare(file.make(), file.name) }
        for folder in ["hostile", "variants", "reports"] {
            for path in SharedCorpus.files(in: folder) { compare(try SharedCorpus.bytes(of: path), path) }
        }
        #expect(pictures >= 2, "files that are pixelated are among them")
        #expect(errors.isSuperset(of: [.notAnImage, .corrupt, .tooManyPixels, .tooManyMarkers]))
    }
}
