// SPDX-License-Identifier: Apache-2.0

import GIFEncoder
import JPEGEncoder
import PNGEncoder
import Pixels
import Scripted
import WebPEncoder

/// Outputs of random cells, by the writers of the program.
enum Output {
    /// A kind of output.
    enum Kind: String, CaseIterable {
        case jpeg, grayJPEG, cmykJPEG, png, alphaPNG, deepPNG, gif, animatedGIF, webp, animatedWebP
    }

    /// A colour profile as far as its header goes.
    static let profile: [UInt8] = {
        var profile = [UInt8](repeating: 7, count: 300)
        profile.replaceSubrange(0..<4, with: [0, 0, 1, 44])
        profile.replaceSubrange(36..<40, with: Array("acsp".utf8))
        return profile
    }()

    /// Returns a grid of random colours.
    static func grid(_ size: Int, _ color: ColorModel, _ random: inout SplitMix) -> Grid {
        Grid(
            size: size, color: color,
            samples: (0..<size * size * color.bands).map { _ in UInt8.random(in: 0...255, using: &random) })
    }

    /// Returns a grid of `factor` times as many cells along each side, in which each cell of `grid` is repeated.
    static func enlarged(_ grid: Grid, by factor: Int) -> Grid {
        let size = grid.size * factor
        let samples = (0..<size * size).flatMap { index -> [UInt8] in
            let cell = index / size / factor * grid.size + index % size / factor
            return Array(grid.samples[cell * grid.bands..<(cell + 1) * grid.bands])
        }
        return Grid(size: size, color: grid.color, samples: samples)
    }

    /// Returns `grid` with one other cell.
    static func changed(_ grid: Grid, column: Int, row: Int, by difference: UInt8) -> Grid {
        var samples = grid.samples
        let at = (row * grid.size + column) * grid.bands
        samples[at] &+= difference
        return Grid(size: grid.size, color: grid.color, samples: samples)
    }

    /// Returns an output of random cells.
    static func make(
        _ kind: Kind, size: Int, width: Int, height: Int, profile: [UInt8]? = nil, seed: UInt64 = 1
    ) throws -> [UInt8] {
        var random = SplitMix(seed: seed)
        let frames = (0..<3).map { _ in grid(size, .rgb, &random) }
        let jpeg = GridWriter(width: width, height: height, attachments: .init(iccProfile: profile))
        let png = PNGWriter(
            width: width, height: height, attachments: .init(iCCP: profile.map { PNGWriter.iCCP($0) }))
        let webp = WebPWriter(width: width, height: height, attachments: .init(iccProfile: profile))
        let gif = GIFWriter(width: width, height: height)
        return switch kind {
        case .jpeg: jpeg.encode(frames[0])
        case .grayJPEG: jpeg.encode(grid(size, .gray, &random))
        case .cmykJPEG: jpeg.encode(grid(size, .cmyk, &random))
        case .png: png.encode(frames[0])
        case .alphaPNG: png.encode(grid(size, .rgba, &random))
        case .deepPNG: png.encode(grid(size, .gray16, &random))
        case .gif: gif.encode(frames[0])
        case .animatedGIF: gif.encode(frames.map { .init($0, milliseconds: 80) }, loops: 0, check: {})
        case .webp: webp.encode(frames[0])
        case .animatedWebP: webp.encode(frames: frames.map { ($0, 80) }, loops: 0)
        }
    }
}
