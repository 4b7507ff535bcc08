// SPDX-License-Identifier: Apache-2.0

/// The arithmetic of Pillow's `resize` in its simplest form, with which tests compare the engine's: one loop for each
/// sum, 64-bit integers, whole pictures.
package enum PlainReduction {
    /// Returns the pixels that have a weight in a cell, by Pillow's BILINEAR filter (libImaging/Resample.c).
    ///
    /// - Parameters:
    ///   - length: The number of pixels.
    ///   - cells: The number of cells.
    ///   - cell: The index of the cell.
    /// - Returns: The index of the first of these pixels, and their weights in units of 2^-22.
    package static func window(length: Int, cells: Int, cell: Int) -> (start: Int, weights: [Int]) {
        let scale = Double(length) / Double(cells)
        let support = max(scale, 1)
        let center = (Double(cell) + 0.5) * scale
        let start = max(Int(center - support + 0.5), 0)
        let end = min(Int(center + support + 0.5), length)
        let triangle = (start..<end).map { x -> Double in
            let distance = ((Double(x) - center) + 0.5) * (1 / support)
            return abs(distance) < 1 ? 1 - abs(distance) : 0
        }
        let sum = triangle.reduce(0, +)
        return (start, triangle.map { Int(0.5 + $0 / sum * 4_194_304) })
    }

    /// Returns the averages of `cells` cells of a row or column of samples, rounded to 8 bits.
    package static func shrink(_ line: [UInt8], to cells: Int) -> [UInt8] {
        (0..<cells).map { cell in
            let (start, weights) = window(length: line.count, cells: cells, cell: cell)
            var sum = 1 << 21
            for (index, weight) in weights.enumerated() { sum += weight * Int(line[start + index]) }
            return UInt8(sum >> 22)
        }
    }

    /// Returns the samples of a grid, in the order of `Grid.samples`. The rows of the picture are averaged first, then
    /// the columns.
    ///
    /// - Parameters:
    ///   - picture: The samples of the picture: `bands` bytes a pixel, rows from the top.
    ///   - width: The width of the picture in pixels.
    ///   - bands: The number of samples of a pixel.
    ///   - size: The number of cells along each side.
    package static func grid(_ picture: [UInt8], width: Int, bands: Int, size: Int) -> [UInt8] {
        let height = picture.count / (width * bands)
        var grid = [UInt8](repeating: 0, count: size * size * bands)
        for band in 0..<bands {
            let rows = (0..<height).map { y in
                shrink((0..<width).map { picture[(y * width + $0) * bands + band] }, to: size)
            }
            for column in 0..<size {
                for (row, sample) in shrink(rows.map { $0[column] }, to: size).enumerated() {
                    grid[(row * size + column) * bands + band] = sample
                }
            }
        }
        return grid
    }

    /// Returns the index of the cell that each of `length` pixels shows, by Pillow's NEAREST (`ImagingScaleAffine`,
    /// libImaging/Geometry.c).
    package static func nearest(_ cells: Int, over length: Int) -> [Int] {
        let step = Double(cells) / Double(length)
        var map: [Int] = []
        var position = step * 0.5
        while map.count < length {
            map.append(Int(position))
            position += step
        }
        return map
    }
}
