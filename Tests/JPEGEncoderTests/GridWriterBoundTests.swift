// SPDX-License-Identifier: Apache-2.0

import Pixels
import Scripted
import Testing

@testable import JPEGEncoder

/// Files with the longest codes that were found are compared with the bounds of `GridWriter.Bound`.
@Suite struct GridWriterBoundTests {
    /// The colours of the cells of a grid.
    enum Colours: CaseIterable {
        case one, chessboard, columns, rows, noise

        func grid(_ size: Int, _ bands: Int, _ random: inout SplitMix) -> Grid {
            var samples: [UInt8] = []
            for row in 0..<size {
                for column in 0..<size {
                    let isDark: Bool? =
                        switch self {
                        case .one: true
                        case .chessboard: (row + column) % 2 == 0
                        case .columns: column % 2 == 0
                        case .rows: row % 2 == 0
                        case .noise: nil
                        }
                    for band in 0..<bands {
                        let dark: UInt8 = band % 2 == 0 ? 0 : 255
                        let sample = isDark.map { $0 ? dark : ~dark }
                        samples.append(sample ?? UInt8.random(in: 0...255, using: &random))
                    }
                }
            }
            return Grid(size: size, color: ColorModel(components: bands), samples: samples)
        }
    }

    /// The sides of a picture: single pixels, whole and incomplete MCUs, and the longest.
    private static func sides(_ random: inout SplitMix) -> (Int, Int) {
        let most = [8, 40, 400, 1500, 65_500].randomElement(using: &random) ?? 8
        let width = Int.random(in: 1...most, using: &random)
        let height = max(1, min(most, 200_000 / width))
        return Bool.random(using: &random) ? (width, height) : (height, width)
    }

    @Test(arguments: [1, 3, 4])
    func `no file is longer than its bound`(bands: Int) {
        var random = SplitMix(seed: UInt64(bands))
        var closest = 0.0
        for index in 0..<120 {
            let (width, height) = Self.sides(&random)
            let size = [1, 2, 7, 8, 48, 64, 256].randomElement(using: &random) ?? 8
            let colours = Colours.allCases[index % Colours.allCases.count]
            let grid = colours.grid(size, bands, &random)
            let bound = GridWriter.Bound(width: width, height: height, bands: bands, size: size)
            let file = GridWriter(width: width, height: height).encode(grid)
            #expect(file.count <= bound.fileBytes, "\(width) x \(height), \(size) cells, \(colours)")
            closest = max(closest, Double(file.count) / Double(bound.fileBytes))
        }
        // The bound is useful: some file has a third of it.
        #expect(closest > 0.33)
    }

    @Test func `a file has exactly the length that its memory has`() {
        let grid = Grid(size: 2, color: .rgb, samples: [UInt8](repeating: 9, count: 12))
        for length in [0, 1, 65_519, 65_520, 200_000] {
            let attachments = GridWriter.Attachments(
                iccProfile: [UInt8](repeating: 1, count: length), comment: [UInt8](repeating: 2, count: 5))
            let file = GridWriter(width: 30, height: 20, attachments: attachments).encode(grid)
            let plain = GridWriter(width: 30, height: 20).encode(grid)
            #expect(file.count == plain.count + GridWriter.attachmentBytes(profile: length, comment: 5))
            #expect(file.capacity < file.count + 64)
        }
    }
}
