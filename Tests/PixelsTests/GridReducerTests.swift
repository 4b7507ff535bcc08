// SPDX-License-Identifier: Apache-2.0

import Pixels
import Testing

/// The reducer against the definition, written down plainly, on random pictures. A failure prints its seed.
@Suite struct GridReducerTests {
    private struct Picture {
        var width: Int
        var height: Int
        var layout: PixelLayout
        var bytes: [UInt8]

        init(seed: UInt64) {
            var random = SplitMix(state: seed)
            let width = Int.random(in: 1...(Bool.random(using: &random) ? 90 : 1500), using: &random)
            let height = Int.random(in: 1...120, using: &random)
            let layout = PixelLayout.allCases.randomElement(using: &random) ?? .gray
            // Noise, one extreme level, and steps: the shapes that put sums next to a rounding boundary.
            let shape = Int.random(in: 0..<4, using: &random)
            bytes = (0..<width * height * layout.stride).map { index in
                switch shape {
                case 0: UInt8.random(in: 0...255, using: &random)
                case 1: 255
                case 2: index / layout.stride % width < width / 2 ? 0 : 255
                default: UInt8(truncatingIfNeeded: index / layout.stride)
                }
            }
            self.width = width
            self.height = height
            self.layout = layout
        }

        func sample(_ x: Int, _ y: Int, _ band: Int) -> Int {
            let byte = bytes[(y * width + x) * layout.stride + band]
            return Int(layout == .cmyk ? ~byte : byte)
        }

        func reduced(to sizes: [Int], plain: Bool) -> [Grid] {
            let reducer = GridReducer(
                width: width, height: height, layout: layout, sizes: sizes, plain: plain)
            let rowBytes = width * layout.stride
            for y in 0..<height {
                reducer.addRow { row in
                    for index in 0..<rowBytes { row[index] = bytes[y * rowBytes + index] }
                }
            }
            return reducer.grids()
        }

        /// Pillow's two passes, each rounded to 8 bits, in 64-bit integers.
        func reference(_ n: Int) -> [UInt8] {
            let across = TriangleFilter(length: width, cells: n)
            let down = TriangleFilter(length: height, cells: n)
            var samples = [UInt8](repeating: 0, count: n * n * layout.bands)
            for band in 0..<layout.bands {
                let rows = (0..<height).map { y in
                    (0..<n).map { cell in Self.weighted(across, cell) { sample($0, y, band) } }
                }
                for column in 0..<n {
                    for row in 0..<n {
                        samples[(row * n + column) * layout.bands + band] =
                            UInt8(Self.weighted(down, row) { rows[$0][column] })
                    }
                }
            }
            return samples
        }

        private static func weighted(_ filter: TriangleFilter, _ cell: Int, _ sample: (Int) -> Int) -> Int {
            var sum = 1 << 21
            for index in 0..<filter.counts[cell] {
                sum += sample(filter.starts[cell] + index) * Int(filter.weights[filter.offsets[cell] + index])
            }
            return sum >> 22
        }
    }

    @Test(arguments: 0..<60)
    func `segment sums, plain sums and the definition agree`(_ seed: UInt64) {
        let sizes = [8, 16, 32, 48, 64]
        let picture = Picture(seed: seed)
        let fast = picture.reduced(to: sizes, plain: false)
        #expect(fast == picture.reduced(to: sizes, plain: true), "seed \(seed)")
        for n in [8, 48] {
            let grid = fast.first { $0.n == n }
            #expect(grid?.samples == picture.reference(n), "seed \(seed), \(n) cells")
        }
    }
}

/// Sebastiano Vigna's SplitMix64: the same numbers on every machine.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
