// SPDX-License-Identifier: Apache-2.0

import Decoding
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
}
