// SPDX-License-Identifier: Apache-2.0

import TIFF

/// A picture in YCbCr that libtiff converts: rows of red, green, blue and alpha.
final class ConvertedPlane: TIFFPlane {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let header: TIFFHeader
    private let decoder: LibTIFF
    /// The number of rows of a block: those of a strip or a tile.
    private let height: Int
    /// The rows of a block.
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    /// The block whose rows are in `buffer`.
    private var decoded = -1
    /// True when a part of the block is missing.
    private var isMissing = false

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ header: TIFFHeader, _ decoder: LibTIFF) {
        self.bytes = bytes
        self.header = header
        self.decoder = decoder
        height = min(header.segments.height, header.storedHeight)
        buffer = .allocate(capacity: height * header.storedWidth * 4)
    }

    deinit { buffer.deallocate() }

    func row(_ row: Int) throws(TIFFError) -> UnsafePointer<UInt8>? {
        let block = row / height
        if decoded != block {
            decoded = block
            isMissing = false
            let rows = min(height, header.storedHeight - block * height)
            let part = UnsafeMutableBufferPointer(rebasing: buffer[..<(rows * header.storedWidth * 4)])
            do throws(TIFFError) {
                try decoder.readColors(block * height, rows: rows, part, isCut: isCut(block))
            } catch {
                guard error.kind == .truncated else { throw error }
                isMissing = true
            }
        }
        let start = row % height * header.storedWidth * 4
        return isMissing ? nil : buffer.baseAddress.map { UnsafePointer($0 + start) }
    }

    /// Returns true if a strip or a tile of a block ends after the file.
    private func isCut(_ block: Int) -> Bool {
        let segments = header.segments
        return (0..<segments.planes).contains { plane in
            (0..<segments.across).contains { column in
                let index = plane * segments.perPlane + block * segments.across + column
                return segments.range(index, bytes.span).upperBound > bytes.count
            }
        }
    }
}
