// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// Writes grids, blown up to a picture, as JPEG files: byte for byte what Pillow saves with libjpeg-turbo's defaults
/// (quality 75, 4:2:0, standard tables), without making the picture.
///
/// The cost is that of the distinct MCU rows, and within them of the distinct MCUs. Why the result is exact is
/// explained in WritingFromTheGrid.md.
package struct GridWriter: Sendable {
    /// JPEG_MAX_DIMENSION of libjpeg.
    package static let maximumSide = 65500

    package let width: Int
    package let height: Int
    private let attachments: GridAttachments

    /// `width` and `height` are those of the picture, 1...65500.
    package init(width: Int, height: Int, attachments: GridAttachments) {
        precondition((1...Self.maximumSide).contains(width), "no such width")
        precondition((1...Self.maximumSide).contains(height), "no such height")
        self.width = width
        self.height = height
        self.attachments = attachments
    }

    /// The file that shows every cell of `grid` as a rectangle: 1 band as gray, 3 as YCbCr 4:2:0, 4 as Adobe's
    /// inverted CMYK.
    package func encode(_ grid: Grid) -> [UInt8] {
        let frame = FrameLayout(bands: grid.bands)
        let columns = MCUSpan.spans(.columns, cells: NearestMap.cells(grid.n, over: width), frame: frame)
        let rows = MCUSpan.spans(.rows, cells: NearestMap.cells(grid.n, over: height), frame: frame)

        var file: [UInt8] = []
        file.reserveCapacity(expectedBytes(rows: rows.count, columns: columns.count, frame: frame))
        file.append(contentsOf: frame.header(width: width, height: height, attachments: attachments))

        var scan = EntropyCodedSegment()
        var coder = MCURow(grid: grid, frame: frame, columns: columns)
        for row in rows {
            coder.write(row, to: &scan)
            scan.drain(into: &file)
        }
        scan.finish(into: &file)
        file.append(contentsOf: [0xFF, 0xD9])
        return file
    }

    /// A generous guess, so that the file seldom moves while it grows: 4 bytes for each MCU inside a cell,
    /// 40 for each that touches an edge.
    private func expectedBytes(rows: Int, columns: Int, frame: FrameLayout) -> Int {
        let across = (width + frame.mcuSide - 1) / frame.mcuSide
        let down = (height + frame.mcuSide - 1) / frame.mcuSide
        return 1024 + (attachments.iccProfile?.count ?? 0) + 4 * across * down + 40 * rows * columns
    }
}
