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
            // A debug build takes long for the largest files.
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
        #expect(pictures >= 15, "files that are pixelated are among them")
        #expect(errors.isSuperset(of: [.notAnImage, .corrupt, .tooManyPixels, .tooManyMarkers]))
    }

    /// The kinds of errors that a cut or changed file may have.
    private static let kinds: Set<PixelationError.Kind> = [
        .notAnImage, .unsupportedFormat, .truncated, .corrupt, .tooManyPixels, .tooManyFrames,
        .tooManyMarkers,
        .tooMuchMemory,
    ]

    @Test(arguments: HostileFile.small, TruncationPolicy.allCases)
    func `a file that is cut or changed at any byte has the same result in a decoder process`(
        _ file: HostileFile, _ truncated: TruncationPolicy
    ) throws {
        var options = Self.options(truncated)
        options.sizes = [8]
        let pool = Harness.pool(of: "pixelated", options.limits, limit: 1)
        defer { pool.shutDown() }
        let whole = file.make()
        func verdict(_ bytes: [UInt8], _ change: String) -> Verdict {
            let own = Self.verdict(bytes, options, InProcessReducer())
            let isolated = Self.verdict(bytes, options, pool)
            #expect(isolated == own, "\(change)")
            if case .failure(let error) = own {
                #expect(Self.kinds.contains(error.kind), "\(change): \(error)")
            }
            return own
        }
        let result = verdict(whole, "whole")
        #expect(throws: Never.self) { _ = try result.get() }
        var refused = 0
        for at in whole.indices {
            let cut = verdict(Array(whole[..<at]), "\(at) bytes")
            if case .failure = cut { refused += 1 }
            guard truncated == .accept else { continue }
            var changed = whole
            changed[at] ^= at % 2 == 0 ? 0xFF : 0x01
            _ = verdict(changed, "byte \(at) changed")
        }
        #expect(refused > 10)
    }
}
