// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import PNGEncoder
import Pixels
import Scripted
import Testing

/// Files and the memory of their writing are compared with `PNGWriter.Bound`.
@Suite struct PNGWriterBoundTests {
    @Test(arguments: RandomGrid.models)
    func `no file and no memory of writing is larger than its bound`(color: ColorModel) {
        var random = SplitMix(seed: UInt64(color.rawValue) + 10)
        var closest = 0.0
        for round in 0..<60 {
            let most = [8, 40, 300, 1500, 65_500].randomElement(using: &random) ?? 8
            var width = Int.random(in: 1...most, using: &random)
            var height = max(1, min(most, 100_000 / width))
            if Bool.random(using: &random) { swap(&width, &height) }
            let size = [1, 2, 7, 8, 48, 64].randomElement(using: &random) ?? 8
            let kind = RandomGrid.allCases[round % RandomGrid.allCases.count]
            let grid = kind.grid(size, color, &random)
            let bound = PNGWriter.Bound(width: width, height: height, color: color, size: size)
            let writer = PNGWriter(width: width, height: height)
            // The tables that are made once belong to no file.
            _ = PNGWriter(width: 3, height: 3).encode(grid)
            allocation_count_begin()
            let file = writer.encode(grid)
            let peak = Int(allocation_count_peak())
            #expect(file.count <= bound.fileBytes, "\(width) x \(height), \(size) cells, \(kind)")
            if allocation_count_works() {
                #expect(
                    peak <= bound.workingSetBytes + file.count, "\(width) x \(height), \(size) cells, \(kind)"
                )
            }
            closest = max(closest, Double(file.count) / Double(bound.fileBytes))
        }
        // The bound is useful: some file has an eighth of it.
        #expect(closest > 0.125)
    }

    @Test func `the memory of a file is as long as the file`() {
        var random = SplitMix(seed: 9)
        for width in [5, 300, 3000] {
            let file = PNGWriter(width: width, height: 500).encode(RandomGrid.noise.grid(16, .rgb, &random))
            #expect(file.capacity < file.count + 64)
        }
    }
}
