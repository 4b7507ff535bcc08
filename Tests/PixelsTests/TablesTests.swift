// SPDX-License-Identifier: Apache-2.0

import Digests
import Pixels
import Support
import Testing

@Suite struct TablesTests {
    /// Known answers from Pillow's `precompute_coeffs`.
    @Test func `weights of 4032 to 8 are Pillow's`() {
        let filter = TriangleFilter(length: 4032, cells: 8)
        #expect(Array(filter.starts[..<4]) == [0, 252, 756, 1260])
        #expect(Array(filter.counts[..<4]) == [756, 1008, 1008, 1008])
        #expect(filter.starts.last == 3276 && filter.counts.last == 756)
        #expect(Array(filter.weights[..<5]) == [4765, 4784, 4803, 4821, 4840])
        #expect(filter.weights[..<756].reduce(0, +) == 4_194_303)
        let middle = filter.weights[filter.offsets[4]..<filter.offsets[5]]
        #expect(Array(middle.prefix(5)) == [8, 25, 41, 58, 74])
        #expect(middle.reduce(0, +) == 4_194_304)
        let bytes = filter.weights.flatMap { weight in withUnsafeBytes(of: weight.littleEndian) { Array($0) }
        }
        #expect(
            Hex.encode(SHA256.digest(bytes))
                == "ffe91cd884ad09087242c6157308d1ce7cc5dec14da16fef0d35f424296e5973")
    }

    @Test func `weights of 3024 to 64 are Pillow's`() {
        let filter = TriangleFilter(length: 3024, cells: 64)
        #expect(filter.starts[..<3] == [0, 24, 71] && filter.counts[..<3] == [71, 94, 94])
        #expect(Array(filter.weights[..<5]) == [51795, 53942, 56089, 58236, 60383])
        #expect(filter.weights[..<71].reduce(0, +) == 4_194_305)
    }

    @Test func `an axis of n pixels is copied`() {
        let filter = TriangleFilter(length: 64, cells: 64)
        for cell in 0..<64 { #expect(filter.weights[filter.offsets[cell]] == 1 << 22) }
    }

    /// The formula (x + 1/2) n / W would say otherwise for these pixels.
    @Test func `the nearest map follows the running sum`() {
        func differences(_ cells: Int, _ length: Int) -> [Int] {
            let map = NearestMap.cells(cells, over: length)
            return (0..<length).filter { Int(map[$0]) != (2 * $0 + 1) * cells / (2 * length) }
        }
        #expect(differences(8, 1500) == [187, 562])
        #expect(differences(64, 3024) == [94, 472, 661, 850, 1795, 1984, 2173, 2362, 2551, 2740, 2929])
        #expect(
            Hex.encode(SHA256.digest(NearestMap.cells(64, over: 3024)))
                == "62b2a1fa29b454dd70cff288beb3420df9bbd3c0338f5ef0ab8bcf376e709735")
    }

    @Test func `each orientation is undone by its inverse`() {
        let grid = Grid(n: 3, bands: 1, samples: Array(1...9))
        let inverses: [Orientation: Orientation] = [.rotateRight: .rotateLeft, .rotateLeft: .rotateRight]
        for orientation in Orientation.allCases {
            let back = inverses[orientation] ?? orientation
            #expect(grid.turned(from: orientation).turned(from: back) == grid, "\(orientation)")
        }
        #expect(grid.turned(from: .rotateRight).samples == [7, 4, 1, 8, 5, 2, 9, 6, 3])
        #expect(grid.turned(from: .mirror).samples == [3, 2, 1, 6, 5, 4, 9, 8, 7])
        #expect(grid.turned(from: .transpose).samples == [1, 4, 7, 2, 5, 8, 3, 6, 9])
        #expect(grid.turned(from: .transverse).samples == [9, 6, 3, 8, 5, 2, 7, 4, 1])
    }
}
