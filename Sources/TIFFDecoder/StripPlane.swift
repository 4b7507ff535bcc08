// SPDX-License-Identifier: Apache-2.0

import TIFF

/// A plane in compressed strips. A small strip is decoded as a whole, which takes libtiff less time, and a large one
/// row by row, so that it is never in memory as a whole.
final class StripPlane: TIFFPlane {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let header: TIFFHeader
    private let plane: Int
    private let decoder: LibTIFF
    /// The strip or the row.
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private let isWhole: Bool
    /// The strip whose rows are in `buffer`.
    private var decoded = -1
    /// The strip of which no more rows are there, because the file ends within it.
    private var ended = -1

    init(
        _ bytes: UnsafeBufferPointer<UInt8>, _ header: TIFFHeader, plane: Int, _ decoder: LibTIFF
    ) {
        self.bytes = bytes
        self.header = header
        self.plane = plane
        self.decoder = decoder
        isWhole = header.decodesWholeStrips
        buffer = .allocate(capacity: isWhole ? header.segments.bytes : header.segments.rowBytes)
    }

    deinit { buffer.deallocate() }

    func row(_ row: Int) throws(TIFFError) -> UnsafePointer<UInt8>? {
        let segments = header.segments
        let index = row / segments.height
        let strip = plane * segments.perPlane + index
        let isCut = segments.range(strip, bytes.span).upperBound > bytes.count
        guard !isWhole || isCut else {
            if decoded != strip {
                let rows = min(segments.height, header.storedHeight - index * segments.height)
                let part = UnsafeMutableBufferPointer(rebasing: buffer[..<(rows * segments.rowBytes)])
                try decoder.readStrip(strip, part, isCut: false)
                decoded = strip
            }
            return buffer.baseAddress.map { UnsafePointer($0 + row % segments.height * segments.rowBytes) }
        }
        // The rest of a strip of Zstandard could begin another frame, whose memory is unknown.
        guard ended != strip, header.compression != .zstandard else { return nil }
        do throws(TIFFError) {
            let part = UnsafeMutableBufferPointer(rebasing: buffer[..<segments.rowBytes])
            try decoder.readRow(row, plane: plane, part, isCut: isCut)
        } catch {
            guard error.kind == .truncated else { throw error }
            ended = strip
            return nil
        }
        return UnsafePointer(buffer.baseAddress)
    }
}
