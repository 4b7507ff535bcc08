// SPDX-License-Identifier: Apache-2.0

import Pixels

extension Grid {
    /// Returns the grid in a colour model of JPEG: 8 bits a sample, and without alpha.
    ///
    /// - Parameter background: The colour behind transparent cells. A gray picture becomes coloured if the background
    ///   is a colour.
    func opaque(on background: BackgroundColor) -> Grid {
        let cells = size * size
        func mixed(_ color: UInt8, _ behind: UInt8, _ alpha: UInt8) -> UInt8 {
            let (front, back) = (Int(color) * Int(alpha), Int(behind) * (255 - Int(alpha)))
            return UInt8((front + back + 127) / 255)
        }
        switch color {
        case .gray, .rgb, .cmyk: return self
        case .gray16: return Grid(size: size, color: .gray, samples: (0..<cells).map { samples[2 * $0] })
        case .grayAlpha where background.red == background.green && background.green == background.blue:
            return Grid(
                size: size, color: .gray,
                samples: (0..<cells).map { mixed(samples[2 * $0], background.red, samples[2 * $0 + 1]) })
        case .grayAlpha, .rgba:
            let behind = [background.red, background.green, background.blue]
            var result: [UInt8] = []
            result.reserveCapacity(3 * cells)
            for cell in 0..<cells {
                let alpha = samples[(cell + 1) * bands - 1]
                for band in 0..<3 {
                    let level = samples[cell * bands + (color == .rgba ? band : 0)]
                    result.append(mixed(level, behind[band], alpha))
                }
            }
            return Grid(size: size, color: .rgb, samples: result)
        }
    }

    /// Returns the grid in a colour model of PNG: CMYK becomes RGB, as in Pillow (`cmyk2rgb` of libImaging/Convert.c).
    func withoutInk() -> Grid {
        guard color == .cmyk else { return self }
        var result: [UInt8] = []
        result.reserveCapacity(3 * size * size)
        for cell in 0..<size * size {
            let light = 255 - Int(samples[4 * cell + 3])
            for band in 0..<3 {
                let product = Int(samples[4 * cell + band]) * light + 128
                result.append(UInt8(max(0, light - (((product >> 8) + product) >> 8))))
            }
        }
        return Grid(size: size, color: .rgb, samples: result)
    }
}
