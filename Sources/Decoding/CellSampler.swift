// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Pixels

/// The colours of the cells of an output, each that of its first pixel, and the pixels of cells that have another one.
final class CellSampler {
    /// The pixels that differ, in the frames so far.
    private(set) var differences = CellDifferences()

    private let size: Int
    private let color: ColorModel
    /// The number of bytes of a pixel, and of those that are compared.
    private let stride, compared: Int
    /// The cell of each row and column of pixels.
    private let rows, columns: [UInt8]
    private let row, colors: UnsafeMutableBufferPointer<UInt8>
    private var samples: [UInt8] = []
    private var frame = 0

    /// Creates a sampler for the frames of a picture.
    ///
    /// - Parameters:
    ///   - width: The width in pixels.
    ///   - height: The height in pixels.
    ///   - size: The number of cells along each side, 1...256.
    ///   - layout: The order of the samples of a pixel, or nil for samples of 16 bits.
    init(width: Int, height: Int, size: Int, layout: PixelLayout?) {
        self.size = size
        color = layout?.color ?? .gray16
        stride = layout?.stride ?? 2
        compared = layout == .rgbx ? 3 : stride
        rows = layout == nil ? NearestMap.cells16(size, over: height) : NearestMap.cells(size, over: height)
        columns = layout == nil ? NearestMap.cells16(size, over: width) : NearestMap.cells(size, over: width)
        row = .allocate(capacity: width * stride)
        colors = .allocate(capacity: width * stride)
        row.initialize(repeating: 0)
        colors.initialize(repeating: 0)
    }

    deinit {
        row.deallocate()
        colors.deallocate()
    }

    /// Creates a sampler for a request; nil if the request is none for the colours of cells.
    convenience init?(_ request: ReductionRequest, width: Int, height: Int, layout: PixelLayout?) {
        guard request.samplesCells, let size = request.options.sizes.first else { return nil }
        self.init(width: width, height: height, size: size, layout: layout)
    }

    /// Reads and examines the next frame, and returns its grid.
    ///
    /// - Parameters:
    ///   - height: The height in pixels.
    ///   - read: Writes a row into the buffer. The rows follow each other from 0.
    func frame<Failure: Error>(
        _ height: Int, _ read: (_ row: Int, UnsafeMutableBufferPointer<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> Grid {
        defer { frame += 1 }
        samples = Array(repeating: 0, count: size * size * color.bands)
        for y in 0..<height {
            try read(y, row)
            if y == 0 || rows[y] != rows[y - 1] { startCells(Int(rows[y])) }
            compare(y)
        }
        return Grid(size: size, color: color, samples: samples)
    }

    /// Compares a row with the colours of its cells.
    private func compare(_ y: Int) {
        for x in columns.indices {
            let at = x * stride
            guard (at..<at + compared).contains(where: { row[$0] != colors[$0] }) else { continue }
            if differences.count == 0 { differences.first = .init(frame: frame, x: x, y: y) }
            differences.count += 1
        }
    }

    /// Takes the colours of a row of cells from its first row of pixels.
    private func startCells(_ cellRow: Int) {
        var start = 0
        for x in columns.indices {
            if x == 0 || columns[x] != columns[x - 1] {
                start = x * stride
                let at = (cellRow * size + Int(columns[x])) * color.bands
                for (band, sample) in bands(start).enumerated() { samples[at + band] = sample }
            }
            for index in 0..<stride { colors[x * stride + index] = row[start + index] }
        }
    }

    /// Returns the samples of a cell with the colour of the pixel at an offset of the row.
    private func bands(_ at: Int) -> [UInt8] {
        switch color {
        case .gray: [row[at]]
        // Samples of 16 bits are in the order of the processor.
        case .gray16:
            1.littleEndian == 1 ? [row[at + 1], row[at]] : [row[at], row[at + 1]]
        case .grayAlpha: [row[at], row[at + 3]]
        case .rgb: [row[at], row[at + 1], row[at + 2]]
        case .rgba, .cmyk: [row[at], row[at + 1], row[at + 2], row[at + 3]]
        }
    }
}
