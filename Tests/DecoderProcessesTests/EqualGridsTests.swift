// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Decoding
import Foundation
import Pixelation
import Testing

/// The grids and errors of decoder processes are those of decoding in this process.
@Suite struct EqualGridsTests {
    @Test func `grids, damage and errors are those of decoding in the process`() async throws {
        let harness = Harness("none", limit: 2)
        var files: [[UInt8]] = [
            Picture.cells(width: 1, height: 1), Picture.cells(width: 640, height: 480, seed: 3),
            try Picture.noise(width: 300, height: 200, components: 1),
            try Picture.noise(width: 301, height: 203, components: 4),
            try Picture.noise(width: 303, height: 205, isProgressive: true),
        ]
        let noise = try Picture.noise(width: 400, height: 300)
        files.append(noise)
        files.append(Array(noise.prefix(noise.count / 2)))
        var corrupt = noise
        for at in stride(from: 3000, to: 4000, by: 10) { corrupt[at] = 0xFF }
        files.append(corrupt)
        for truncated in TruncationPolicy.allCases {
            for metadata in MetadataPolicy.allCases {
                var options = PixelationOptions()
                options.sizes = [1, 8, 64, 256]
                options.truncated = truncated
                options.metadata = metadata
                for file in files {
                    let isolated = await Harness.reduce(file, with: harness.pool, options: options)
                    let own = await Harness.reduce(file, with: InProcessReducer(), options: options)
                    #expect(isolated == own)
                }
            }
        }
        #expect(harness.deaths.isEmpty)
        await harness.shutDown()
    }

    /// Small HEIC and AVIF files.
    static let optional: [[UInt8]] = {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../HEIFTests/coded.txt")
        let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            line.split(separator: " ").last.flatMap { Data(base64Encoded: String($0)) }.map { Array($0) }
        }
    }()

    @Test func `pictures of a library that is loaded at run time are decoded in the sandbox`() async throws {
        let pool = Harness.pool(of: "pixelated", limit: 1)
        #expect(Self.optional.count > 10)
        for file in Self.optional {
            let isolated = await Harness.reduce(file, with: pool)
            let own = await Harness.reduce(file, with: InProcessReducer())
            #expect((try? isolated.get()) != nil && isolated == own)
        }
        #expect(pool.status.unreadable.isEmpty)
        await Task.detached { pool.shutDown() }.value
    }

    @Test func `a decoder without the library refuses its pictures and decodes all others`() async throws {
        var options = DecoderOptions(fileBytes: 1 << 20, memoryLimit: 256 << 20)
        options.loadsHEIF = false
        var times = DecoderTimes()
        times.start = .seconds(600)
        let program = DecoderProgram(
            path: Harness.executable("pixelated").path, arguments: [DecoderProgram.subcommand])
        let pool = DecoderPool(options, limit: 1, program: program, times: times)
        for file in Self.optional.prefix(2) {
            let result = await Harness.reduce(file, with: pool)
            let error = #expect(throws: PixelationError.self) { try result.get() }
            #expect(error?.kind == .decoderMissing && error?.detail.contains("libheif1") == true)
        }
        let other = await Harness.reduce(Picture.cells(width: 64, height: 48), with: pool)
        #expect(throws: Never.self) { try other.get() }
        #expect(pool.pids.count == 1)
        await Task.detached { pool.shutDown() }.value
    }
}
