// SPDX-License-Identifier: Apache-2.0

import CPlainJPEG
import GIFEncoder
import JPEGEncoder
import PNGEncoder
import Pixels
import WebPEncoder

/// Small pictures in the formats of outputs, and JPEG files of every coding process.
enum PictureSeeds {
    static var files: [[UInt8]] {
        let grid = Grid(size: 4, color: .rgb, samples: (0..<48).map { UInt8($0 * 5) })
        let gray = Grid(size: 3, color: .gray, samples: (0..<9).map { UInt8($0 * 28) })
        let inks = Grid(size: 2, color: .cmyk, samples: (0..<16).map { UInt8($0 * 16) })
        var file = GridWriter(width: 21, height: 13).encode(grid)
        // Exif metadata with orientation 6, a profile and a comment behind the marker SOI.
        let tiff: [UInt8] = [
            0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
        ]
        let exif = Array("Exif\0\0".utf8) + tiff
        let profile = Array("ICC_PROFILE\0".utf8) + [1, 1] + [UInt8](repeating: 7, count: 30)
        for (marker, data) in [(0xFE, Array("comment".utf8)), (0xE2, profile), (0xE1, exif)]
            as [(UInt8, [UInt8])]
        {
            file.insert(contentsOf: [0xFF, marker, 0, UInt8(data.count + 2)] + data, at: 2)
        }
        let frames = [grid, Grid(size: 4, color: .rgb, samples: grid.samples.reversed())]
        return [
            file, GridWriter(width: 9, height: 17).encode(gray), GridWriter(width: 8, height: 8).encode(inks),
            PNGWriter(width: 21, height: 13).encode(grid), WebPWriter(width: 21, height: 13).encode(grid),
            WebPWriter(width: 7, height: 5).encode(frames: frames.map { ($0, 40) }, loops: 2),
            GIFWriter(width: 21, height: 13).encode(
                frames.map { GIFWriter.Frame($0, milliseconds: 40) }, loops: 0, check: {}),
        ] + processes
    }

    /// JPEG files of libjpeg: progressive, with arithmetic coding, with restart markers, with separate scans, and with
    /// other sampling factors.
    private static var processes: [[UInt8]] {
        (0..<12).compactMap { kind in
            var options = plain_options()
            options.width = 19
            options.height = 11
            options.quality = 75
            options.components = [3, 3, 1, 4][kind % 4]
            options.progressive = kind % 2 == 1
            options.arithmetic = kind / 4 == 1
            options.separate_scans = kind == 8
            options.restart_interval = kind == 9 || kind == 4 ? 1 : 0
            options.untransformed = kind == 10
            if kind == 11 {
                options.horizontal = (4, 1, 1, 1)
                options.vertical = (1, 2, 1, 1)
            }
            let pixels = (0..<19 * 11 * Int(options.components)).map { UInt8(truncatingIfNeeded: $0 * 7) }
            var file: UnsafeMutablePointer<UInt8>?
            let count = plain_encode(&options, pixels, &file)
            defer { file?.deallocate() }
            return count == 0 ? nil : Array(UnsafeBufferPointer(start: file, count: count))
        }
    }
}
