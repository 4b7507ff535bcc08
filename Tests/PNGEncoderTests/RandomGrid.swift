// SPDX-License-Identifier: Apache-2.0

import Pixels
import Scripted

/// Grids of many kinds, as photos, drawings and attacks may have them.
enum RandomGrid: CaseIterable {
    case noise, similar, two, few, one, sparse, gradient, rows, columns, chessboard, tiles, halfOpaque,
        grayColors, text, cutout

    /// The colour models of PNG.
    static let models: [ColorModel] = [.gray, .grayAlpha, .rgb, .rgba]

    /// Returns a grid of this kind.
    func grid(_ size: Int, _ color: ColorModel, _ random: inout SplitMix) -> Grid {
        let bands = color.bands
        let base = UInt8.random(in: 0...255, using: &random)
        let colors = (0..<(self == .two || self == .chessboard ? 2 : Int.random(in: 3...40, using: &random)))
            .map { _ in (0..<bands).map { _ in UInt8.random(in: 0...255, using: &random) } }
        let slopes = (0..<2 * bands).map { _ in Double.random(in: 0...255, using: &random) / Double(size) }
        let tile = Int.random(in: 2...9, using: &random)
        var samples: [UInt8] = []
        for row in 0..<size {
            for column in 0..<size {
                let place = row * size + column
                switch self {
                case .noise: samples += (0..<bands).map { _ in UInt8.random(in: 0...255, using: &random) }
                case .similar:
                    samples += (0..<bands).map { _ in base &+ UInt8.random(in: 0...6, using: &random) }
                case .two, .few: samples += colors.randomElement(using: &random) ?? colors[0]
                case .one: samples += colors[0]
                case .sparse: samples += colors[Int.random(in: 0..<8, using: &random) == 0 ? 1 : 0]
                case .gradient:
                    samples += (0..<bands).map { band in
                        UInt8(Int(slopes[band] * Double(row) + slopes[bands + band] * Double(column)) % 256)
                    }
                case .rows: samples += colors[row % colors.count]
                case .columns: samples += colors[column % colors.count]
                case .chessboard: samples += colors[(row + column) % 2]
                case .tiles: samples += colors[(row % tile * tile + column % tile) % colors.count]
                case .halfOpaque:
                    samples += (0..<bands).map { _ in UInt8.random(in: 0...255, using: &random) }
                    if color.hasAlpha { samples[samples.count - 1] = place % 3 == 0 ? 0 : 255 }
                case .grayColors:
                    let gray = UInt8.random(in: 0...15, using: &random) * 17
                    let alpha = UInt8.random(in: 254...255, using: &random)
                    samples += (0..<bands).map { color.hasAlpha && $0 == bands - 1 ? alpha : gray }
                case .text:
                    // A line of letters with soft edges, below which there is nothing.
                    let isLine = row < max(1, size / 5) && column < size / 2
                    let coverage = isLine ? max(0, Int.random(in: -16...16, using: &random)) : 0
                    let paper = Int(base) % 2 * 255
                    samples += colors[0].map { UInt8(paper + (Int($0) - paper) * coverage / 16) }
                case .cutout:
                    let isCut = Int.random(in: 0..<6, using: &random) == 0
                    samples += (0..<bands).map { _ in
                        isCut ? 0 : UInt8.random(in: 1...255, using: &random)
                    }
                    if color.hasAlpha, !isCut { samples[samples.count - 1] = 255 }
                }
            }
        }
        return Grid(size: size, color: color, samples: samples)
    }

    /// Returns the pixels that show a grid, as Pillow's NEAREST enlarges it: red, green, blue and alpha.
    static func pixels(_ grid: Grid, width: Int, height: Int) -> [UInt8] {
        let columns = NearestMap.cells(grid.size, over: width)
        let (bands, samples) = (grid.bands, grid.samples)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(4 * width * height)
        var (last, line): (UInt8?, [UInt8]) = (nil, [])
        for row in NearestMap.cells(grid.size, over: height) {
            if row != last {
                line.removeAll(keepingCapacity: true)
                for column in columns {
                    let at = (Int(row) * grid.size + Int(column)) * bands
                    let alpha = grid.color.hasAlpha ? samples[at + bands - 1] : 255
                    if bands < 3 {
                        line += [samples[at], samples[at], samples[at], alpha]
                    } else {
                        line += [samples[at], samples[at + 1], samples[at + 2], alpha]
                    }
                }
                last = row
            }
            pixels += line
        }
        return pixels
    }
}
