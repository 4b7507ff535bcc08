// SPDX-License-Identifier: Apache-2.0

import JPEGEncoder
import Pixels
import Scripted

extension Grid {
    /// Returns a grid of random kind: its cells have random, similar, extreme or mostly equal colours.
    static func random(size: Int, bands: Int, using generator: inout SplitMix) -> Grid {
        let kind = Int.random(in: 0..<4, using: &generator)
        let base = UInt8.random(in: 0...255, using: &generator)
        let samples = (0..<size * size * bands).map { _ -> UInt8 in
            switch kind {
            case 0: UInt8.random(in: 0...255, using: &generator)
            case 1: base &+ UInt8.random(in: 0...6, using: &generator)
            case 2: Bool.random(using: &generator) ? 255 : 0
            default: UInt8.random(in: 0...9, using: &generator) == 0 ? ~base : base
            }
        }
        return Grid(size: size, color: ColorModel(components: bands), samples: samples)
    }

    /// Returns the picture that shows the grid, as Pillow's NEAREST enlarges it: `bands` bytes a pixel, rows from the
    /// top.
    func picture(width: Int, height: Int) -> [UInt8] {
        let columns = NearestMap.cells(size, over: width)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * bands)
        for row in NearestMap.cells(size, over: height) {
            for column in columns {
                let cell = (Int(row) * size + Int(column)) * bands
                pixels.append(contentsOf: samples[cell..<cell + bands])
            }
        }
        return pixels
    }
}
