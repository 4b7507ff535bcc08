// SPDX-License-Identifier: Apache-2.0

import TIFF

/// A plane in compressed tiles. The tiles of a row of tiles are decoded together.
final class TilePlane: TIFFPlane {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let header: TIFFHeader
    private let plane: Int
    private let decoder: LibTIFF
    /// A tile.
    private let tile: UnsafeMutableBufferPointer<UInt8>
    /// The rows of a row of tiles.
    private let rows: UnsafeMutableBufferPointer<UInt8>
    /// The row of tiles that is in `rows`.
    private var decoded = -1
    /// True when a tile of the row of tiles is missing.
    private var isMissing = false

    init(
        _ bytes: UnsafeBufferPointer<UInt8>, _ header: TIFFHeader, plane: Int, _ decoder: LibTIFF
    ) {
        self.bytes = bytes
        self.header = header
        self.plane = plane
        self.decoder = decoder
        let segments = header.segments
        tile = .allocate(capacity: segments.bytes)
        rows = .allocate(capacity: segments.bytes * segments.across)
    }

    deinit {
        tile.deallocate()
        rows.deallocate()
    }

    func row(_ row: Int) throws(TIFFError) -> UnsafePointer<UInt8>? {
        let segments = header.segments
        if decoded != row / segments.height {
            decoded = row / segments.height
            try decode(decoded)
        }
        if isMissing { return nil }
        let start = row % segments.height * segments.rowBytes * segments.across
        return rows.baseAddress.map { UnsafePointer($0 + start) }
    }

    private func decode(_ row: Int) throws(TIFFError) {
        let segments = header.segments
        isMissing = false
        for column in 0..<segments.across {
            let index = plane * segments.perPlane + row * segments.across + column
            let isCut = segments.range(index, bytes.span).upperBound > bytes.count
            do throws(TIFFError) {
                try decoder.readTile(index, tile, isCut: isCut)
            } catch {
                guard error.kind == .truncated else { throw error }
                isMissing = true
                return
            }
            for line in 0..<segments.height {
                let target = (line * segments.across + column) * segments.rowBytes
                let source = tile[(line * segments.rowBytes)..<((line + 1) * segments.rowBytes)]
                _ = UnsafeMutableBufferPointer(rebasing: rows[target..<target + segments.rowBytes])
                    .update(fromContentsOf: source)
            }
        }
    }
}
