// SPDX-License-Identifier: Apache-2.0

import Digests
import Pixels
import Testing

/// Known answers of Pillow 12.1.1, read out of its `precompute_coeffs` and `normalize_coeffs_8bpc`.
@Suite struct TriangleFilterTests {
    struct Known: Sendable {
        var length: Int
        var cells: Int
        var firstWindow: [Int]
        var firstWeights: [Int32]
        var firstSum: Int
    }

    @Test(arguments: [
        Known(
            length: 4032, cells: 8, firstWindow: [0, 756], firstWeights: [4765, 4784, 4803, 4821, 4840],
            firstSum: 4_194_303),
        Known(
            length: 3024, cells: 64, firstWindow: [0, 71],
            firstWeights: [51795, 53942, 56089, 58236, 60383], firstSum: 4_194_305),
        Known(
            length: 10, cells: 8, firstWindow: [0, 2], firstWeights: [3_145_728, 1_048_576],
            firstSum: 4_194_304),
        Known(length: 5, cells: 8, firstWindow: [0, 1], firstWeights: [4_194_304], firstSum: 4_194_304),
    ])
    func `weights are Pillow's to the bit`(_ known: Known) {
        let filter = TriangleFilter(length: known.length, cells: known.cells)
        #expect([filter.starts[0], filter.counts[0]] == known.firstWindow)
        #expect(Array(filter.weights.prefix(known.firstWeights.count)) == known.firstWeights)
        #expect(filter.weights.prefix(filter.counts[0]).reduce(0) { $0 + Int($1) } == known.firstSum)
    }

    /// All windows and weights of 3024 -> 64 at once, as 32-bit integers: a change of any operation or of their
    /// order shows.
    @Test func `a whole table has Pillow's hash`() {
        let filter = TriangleFilter(length: 3024, cells: 64)
        let numbers = (0..<64).flatMap { cell -> [Int32] in
            let window = filter.weights[filter.offsets[cell]..<filter.offsets[cell] + filter.counts[cell]]
            return [Int32(filter.starts[cell]), Int32(filter.counts[cell])] + window
        }
        let bytes = numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
        #expect(
            Hex.encode(SHA256.digest(bytes))
                == "9c7dbc2398a0012e9350ba66744240923f1f9e755c14539be0fa476640bc8107")
    }

    /// The running sum leaves the closed formula at just these pixels, as Pillow's does.
    @Test func `the nearest map is Pillow's running sum`() {
        let map = NearestMap.cells(64, over: 3024)
        let different = (0..<3024).filter { Int(map[$0]) != (2 * $0 + 1) * 64 / (2 * 3024) }
        #expect(different == [94, 472, 661, 850, 1795, 1984, 2173, 2362, 2551, 2740, 2929])
        let coarse = NearestMap.cells(8, over: 1500)
        #expect((0..<1500).filter { Int(coarse[$0]) != (2 * $0 + 1) * 8 / 3000 } == [187, 562])
    }
}
