// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The writer of WebP files. It writes a grid enlarged to a picture as a lossless (VP8L) bitstream, without loss of any
/// pixel and without making the picture.
///
/// The cost is proportional to the number of cells and of rows of pixels, and to the length of the file.
/// WritingFromTheGrid.md explains the bitstream.
package struct WebPWriter: Sendable {
    /// The metadata of a file. A nil or empty value writes no chunk.
    package struct Attachments: Sendable {
        /// An ICC profile, written in an ICCP chunk.
        package var iccProfile: [UInt8]?

        package init(iccProfile: [UInt8]? = nil) { self.iccProfile = iccProfile }
    }

    /// The longest side of a picture in pixels: a VP8L bitstream has 14 bits for a side, less 1.
    package static let maximumSide = 16383

    /// The width of the written pictures in pixels, 1...16383.
    package let width: Int
    /// The height of the written pictures in pixels, 1...16383.
    package let height: Int
    let attachments: Attachments

    /// Creates a writer of pictures of one size.
    ///
    /// - Parameters:
    ///   - width: The width of the pictures in pixels, 1...16383. The caller compares it with `maximumSide`.
    ///   - height: The height of the pictures in pixels, 1...16383.
    ///   - attachments: The metadata of every file.
    package init(width: Int, height: Int, attachments: Attachments = Attachments()) {
        precondition((1...Self.maximumSide).contains(width), "no such width")
        precondition((1...Self.maximumSide).contains(height), "no such height")
        self.width = width
        self.height = height
        self.attachments = attachments
    }

    /// Returns a WebP file that shows each cell of `grid` as a rectangle of one colour. The grid may have any colour
    /// model but CMYK.
    package func encode(_ grid: Grid) -> [UInt8] {
        let cells = VP8LCells(grid, width: width, height: height)
        var file = RIFFWriter()
        if let profile = attachments.iccProfile, !profile.isEmpty {
            file.appendExtendedHeader(
                width: width, height: height, hasAlpha: cells.hasAlpha, hasProfile: true, isAnimated: false)
            file.append("ICCP", profile)
        }
        file.append("VP8L", Self.bitstream(cells))
        return file.finish()
    }

    /// Returns the shortest bitstream of an image that the writer knows.
    static func bitstream(_ cells: VP8LCells) -> [UInt8] {
        var bits = VP8LBits()
        VP8LPlan.best(for: cells).write(to: &bits)
        return bits.bytes
    }
}
