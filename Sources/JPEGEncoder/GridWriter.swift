// SPDX-License-Identifier: Apache-2.0

package import CPixels
package import Pixels

/// The writer of outputs. It writes the JPEG file that shows a grid enlarged to a picture, byte for byte as Pillow
/// saves that picture with libjpeg-turbo's defaults (quality 75, 4:2:0, standard tables). The picture itself is never
/// in memory.
///
/// The cost is proportional to the number of distinct MCUs: in each row of MCUs that differs from the row above, those
/// that differ from the MCU before. WritingFromTheGrid.md has a diagram of the calls and proves that the result is
/// exact.
package struct GridWriter: Sendable {
    /// The metadata of a file. A nil or empty value writes no segment.
    package struct Attachments: Sendable {
        /// An ICC profile, written in APP2 segments (ICC.1, annex B.4): at most 255 segments, 16 MB.
        package var iccProfile: [UInt8]?
        /// A comment, written in one COM segment: at most 65533 bytes.
        package var comment: [UInt8]?

        package init(iccProfile: [UInt8]? = nil, comment: [UInt8]? = nil) {
            self.iccProfile = iccProfile
            self.comment = comment
        }
    }

    /// The longest side of a picture in pixels, `JPEG_MAX_DIMENSION` of libjpeg.
    package static let maximumSide = 65500

    /// The width of the written pictures in pixels, 1...65500.
    package let width: Int
    /// The height of the written pictures in pixels, 1...65500.
    package let height: Int
    private let attachments: Attachments

    /// Creates a writer of pictures of one size.
    ///
    /// - Parameters:
    ///   - width: The width of the pictures in pixels, 1...65500.
    ///   - height: The height of the pictures in pixels, 1...65500.
    ///   - attachments: The metadata of every file.
    package init(width: Int, height: Int, attachments: Attachments = Attachments()) {
        precondition((1...Self.maximumSide).contains(width), "no such width")
        precondition((1...Self.maximumSide).contains(height), "no such height")
        self.width = width
        self.height = height
        self.attachments = attachments
    }

    /// Returns a JPEG file that shows each cell of `grid` as a rectangle of one colour. A grid of 1 band becomes a gray
    /// picture, of 3 bands a YCbCr picture with 4:2:0 subsampling, of 4 bands a CMYK picture with inverted samples, as
    /// Adobe's. A grid has no alpha and 8 bits a sample.
    package func encode(_ grid: Grid) -> [UInt8] { encode(grid, kernels: px_best_block_kernels().pointee) }

    /// Returns what `encode` returns, coded by `kernels`, which all have the same results.
    package func encode(_ grid: Grid, kernels: px_block_kernels) -> [UInt8] {
        precondition([.gray, .rgb, .cmyk].contains(grid.color), "JPEG has no such colour model")
        let frame = FrameLayout(bands: grid.bands)
        let columns = MCURow.sides(
            .halved_columns, cells: NearestMap.cells(grid.size, over: width), frame: frame)
        let rows = MCURow.sides(
            .halved_rows, cells: NearestMap.cells(grid.size, over: height), frame: frame)

        let bound = Bound(width: width, height: height, bands: grid.bands, size: grid.size)
        var scan = EntropyCodedSegment(capacity: bound.scanCapacity)
        var coder = MCURow(grid: grid, frame: frame, columns: columns, kernels: kernels)
        for row in rows { coder.write(row, to: &scan) }
        scan.finish()

        let (start, tables) = (frame.start, frame.tables(width: width, height: height))
        let attached = Self.attachmentBytes(
            profile: attachments.iccProfile?.count ?? 0, comment: attachments.comment?.count ?? 0)
        var file: [UInt8] = []
        // The exact length, because the memory of outputs is kept until they are uploaded.
        file.reserveCapacity(start.count + attached + tables.count + scan.count + 2)
        file.append(contentsOf: start)
        file.append(attachments)
        file.append(contentsOf: tables)
        scan.append(to: &file)
        // EOI
        file.append(contentsOf: [0xFF, 0xD9])
        return file
    }
}
