// SPDX-License-Identifier: Apache-2.0

import Pixels
import Scripted

extension Grid {
    /// Returns a grid of random kind: its cells have random, similar, extreme, mostly equal, or smoothly changing
    /// colours, or few different ones.
    static func random(size: Int, color: ColorModel, using generator: inout SplitMix) -> Grid {
        let kind = Int.random(in: 0..<6, using: &generator)
        let base = UInt8.random(in: 0...255, using: &generator)
        let colours = (0..<Int.random(in: 1...20, using: &generator)).map { _ in
            (0..<color.bands).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        let isOpaque = Bool.random(using: &generator)
        var samples: [UInt8] = []
        for cell in 0..<size * size {
            let colour = colours[Int.random(in: 0..<colours.count, using: &generator)]
            for band in 0..<color.bands {
                let sample: UInt8 =
                    switch kind {
                    case 0: UInt8.random(in: 0...255, using: &generator)
                    case 1: base &+ UInt8.random(in: 0...6, using: &generator)
                    case 2: Bool.random(using: &generator) ? 255 : 0
                    case 3: UInt8.random(in: 0...9, using: &generator) == 0 ? ~base : base
                    case 4: UInt8(truncatingIfNeeded: (cell % size * 3 + cell / size * 5) * (band + 1))
                    default: colour[band]
                    }
                samples.append(color.hasAlpha && band == color.bands - 1 && isOpaque ? 255 : sample)
            }
        }
        return Grid(size: size, color: color, samples: samples)
    }

    /// Returns the picture that shows the grid, as Pillow's NEAREST enlarges it: red, green, blue and alpha of each
    /// pixel, rows from the top.
    func picture(width: Int, height: Int) -> [UInt8] {
        let columns = NearestMap.cells(size, over: width)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 4)
        for row in NearestMap.cells(size, over: height) {
            for column in columns {
                let cell = (Int(row) * size + Int(column)) * bands
                let gray = bands < 3
                pixels.append(samples[cell])
                pixels.append(samples[gray ? cell : cell + 1])
                pixels.append(samples[gray ? cell : cell + 2])
                pixels.append(color.hasAlpha ? samples[cell + bands - 1] : 255)
            }
        }
        return pixels
    }
}
