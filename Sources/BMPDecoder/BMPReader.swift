// SPDX-License-Identifier: Apache-2.0

package import BMP
import Pixels

/// A reader of the rows of a BMP file from the top. It is used in decoder processes, as the readers of other formats.
package struct BMPReader {
    package let header: BMPHeader
    private let acceptsTruncated: Bool
    /// The file.
    private let bytes: UnsafeBufferPointer<UInt8>
    /// The indices of the whole picture, row by row in the order of the file, if they are stored in runs.
    private let indices: [UInt8]
    /// The red, green and blue of each of 256 indices; empty without a palette of colours.
    private let colors: [SIMD3<UInt8>]
    /// The number of rows that have been read.
    private var row = 0
    /// True when rows were filled in because the file ends early.
    package private(set) var wasTruncated = false

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - bytes: The whole file, which must exist as long as the reader.
    ///   - header: The header of the file.
    ///   - acceptsTruncated: True to fill in the missing rows of a file that ends early, with black.
    /// - Throws: `BMPError`.
    package init(
        _ bytes: UnsafeBufferPointer<UInt8>, header: BMPHeader, acceptsTruncated: Bool
    ) throws(BMPError) {
        precondition(bytes.count == header.fileBytes, "a header and the bytes of another file")
        self.bytes = bytes
        self.header = header
        self.acceptsTruncated = acceptsTruncated
        if case .colors(let listed) = header.palette {
            // An index without a colour is black.
            colors = listed + [SIMD3<UInt8>](repeating: .zero, count: 256 - listed.count)
        } else {
            colors = []
        }
        if case .runs(let bits) = header.coding {
            var runs = BMPRuns(width: header.width, height: header.height, isHalf: bits == 4)
            let isComplete = runs.read(bytes, from: header.dataOffset)
            guard isComplete || acceptsTruncated else {
                throw BMPError(.truncated, "the file ends before all rows are complete")
            }
            wasTruncated = !isComplete
            indices = runs.indices
        } else {
            indices = []
        }
    }

    /// Reads the next row into `row`, which has `header.width * header.layout.stride` bytes.
    ///
    /// - Throws: `BMPError`.
    package mutating func readRow(_ row: UnsafeMutableBufferPointer<UInt8>) throws(BMPError) {
        precondition(self.row < header.height, "more rows than the picture has")
        precondition(row.count == header.width * header.layout.stride, "no such row")
        let stored = header.isTopDown ? self.row : header.height - 1 - self.row
        self.row += 1
        if case .runs = header.coding {
            let first = stored * header.width
            for x in 0..<header.width { put(indices[first + x], at: x, row) }
            return
        }
        let start = header.dataOffset + stored * header.rowBytes
        // The bytes after the last pixel of a row only fill up a multiple of four.
        guard start + usedBytes <= bytes.count else {
            guard acceptsTruncated else {
                throw BMPError(
                    .truncated,
                    "the file has \(bytes.count) bytes, and row \(self.row) ends at \(start + usedBytes)")
            }
            wasTruncated = true
            row.update(repeating: 0)
            return
        }
        switch header.coding {
        case .indices(let bits): readIndices(bits, from: start, row)
        case .words(let greenBits): readWords(greenBits, from: start, row)
        case .bytes(let order): readBytes(order, from: start, row)
        case .runs: break
        }
    }

    /// The number of bytes of a row in the file, without those that fill it up.
    private var usedBytes: Int {
        switch header.coding {
        case .indices(let bits): (header.width * bits + 7) / 8
        case .words: header.width * 2
        case .bytes(let order): header.width * order.count
        case .runs: 0
        }
    }

    private func readIndices(_ bits: Int, from start: Int, _ row: UnsafeMutableBufferPointer<UInt8>) {
        let perByte = 8 / bits
        let mask = UInt8(1 << bits - 1)
        for x in 0..<header.width {
            let shift = UInt8(8 - bits * (x % perByte + 1))
            put(bytes[start + x / perByte] >> shift & mask, at: x, row)
        }
    }

    /// Writes the pixel of an index.
    private func put(_ index: UInt8, at x: Int, _ row: UnsafeMutableBufferPointer<UInt8>) {
        guard colors.isEmpty else {
            let color = colors[Int(index)]
            for band in 0..<3 { row[4 * x + band] = color[band] }
            row[4 * x + 3] = 255
            return
        }
        row[x] = header.palette == .blackAndWhite ? (index == 0 ? 0 : 255) : index
    }

    private func readWords(_ greenBits: Int, from start: Int, _ row: UnsafeMutableBufferPointer<UInt8>) {
        for x in 0..<header.width {
            let word = Int(bytes[start + 2 * x]) | Int(bytes[start + 2 * x + 1]) << 8
            let blue = word & 31
            let green = word >> 5 & (1 << greenBits - 1)
            let red = word >> (5 + greenBits) & 31
            // The largest value stands for 255 (libImaging/Unpack.c).
            row[4 * x] = UInt8(red * 255 / 31)
            row[4 * x + 1] = UInt8(green * 255 / (1 << greenBits - 1))
            row[4 * x + 2] = UInt8(blue * 255 / 31)
            row[4 * x + 3] = 255
        }
    }

    private func readBytes(
        _ order: BMPHeader.Bytes, from start: Int, _ row: UnsafeMutableBufferPointer<UInt8>
    ) {
        var at = start
        for x in 0..<header.width {
            row[4 * x] = bytes[at + order.red]
            row[4 * x + 1] = bytes[at + order.green]
            row[4 * x + 2] = bytes[at + order.blue]
            row[4 * x + 3] = order.alpha.map { bytes[at + $0] } ?? 255
            at += order.count
        }
    }
}
