// SPDX-License-Identifier: Apache-2.0

import PNGEncoder
import Pixelation
import Pixels

/// The PNG file of a contact sheet: for each picture a strip with all of its outputs, and several strips beside each
/// other if there are many. Colour profiles are not applied.
struct ContactSheetImage {
    private let previews: [PicturePreview]
    /// The number of outputs of a picture.
    private let outputs: Int
    /// The number of strips beside each other.
    private let columns: Int

    /// The longest side of a shown output in pixels.
    private static let box = 96
    /// The number of pixels between outputs and at the margins.
    private static let gap = 8
    private static let background: UInt8 = 0xF4

    /// Creates the image.
    ///
    /// - Parameter previews: The outputs of the pictures, at least one, with the same number of outputs each.
    init(_ previews: [PicturePreview]) {
        self.previews = previews
        outputs = previews.map(\.thumbnails.count).max() ?? 1
        // With this number the sheet is about as wide as it is high.
        let square = (Double(previews.count) / Double(outputs)).squareRoot().rounded()
        columns = max(1, min(previews.count, Int(square)))
    }

    /// The PNG file.
    var file: [UInt8] {
        let step = Self.box + Self.gap
        let strips = stride(from: 0, to: previews.count, by: columns).map {
            previews[$0..<min(previews.count, $0 + columns)]
        }
        let width = columns * (outputs * step + Self.gap) + Self.gap
        var writer = PNGRowWriter(width: width, height: strips.count * step + Self.gap)
        let blank = [UInt8](repeating: Self.background, count: 3 * width)
        for _ in 0..<Self.gap { writer.append(blank) }
        for strip in strips {
            let places = strip.enumerated().flatMap { column, preview in
                preview.thumbnails.enumerated().map { index, thumbnail in
                    Place(
                        thumbnail.grid, preview,
                        left: Self.gap + column * (outputs * step + Self.gap) + index * step)
                }
            }
            for y in 0..<Self.box {
                var row = blank
                for place in places { place.draw(row: y, into: &row) }
                writer.append(row)
            }
            for _ in 0..<Self.gap { writer.append(blank) }
        }
        return writer.file()
    }

    /// An output at its place in a strip, in the middle of its square.
    private struct Place {
        private let left: Int
        private let top: Int
        /// The cell that each pixel of a row shows, and that of a column.
        private let columns: [UInt8]
        private let rows: [UInt8]
        /// The colours of the cells on the background.
        private let colors: [[UInt8]]
        private let size: Int

        init(_ grid: Grid, _ preview: PicturePreview, left: Int) {
            let longest = max(preview.width, preview.height)
            let width = max(1, preview.width * box / longest)
            let height = max(1, preview.height * box / longest)
            self.left = left + (box - width) / 2
            top = (box - height) / 2
            size = grid.size
            columns = NearestMap.cells(size, over: width)
            rows = NearestMap.cells(size, over: height)
            colors = (0..<size * size).map { grid.color(ofCell: $0, on: background) }
        }

        func draw(row y: Int, into pixels: inout [UInt8]) {
            guard rows.indices.contains(y - top) else { return }
            let first = Int(rows[y - top]) * size
            for (x, column) in columns.enumerated() {
                let at = 3 * (left + x)
                pixels.replaceSubrange(at..<at + 3, with: colors[first + Int(column)])
            }
        }
    }
}

extension Grid {
    /// Returns red, green and blue of a cell on a gray background.
    fileprivate func color(ofCell cell: Int, on background: UInt8) -> [UInt8] {
        let values = samples[cell * bands..<(cell + 1) * bands].map { Int($0) }
        let (rgb, alpha) =
            switch color {
            // The first byte of 16 bits is the more significant one.
            case .gray, .gray16: ([values[0], values[0], values[0]], 255)
            case .grayAlpha: ([values[0], values[0], values[0]], values[1])
            case .rgb: (values, 255)
            case .rgba: (Array(values[..<3]), values[3])
            case .cmyk: preconditionFailure("a preview has no CMYK")
            }
        return rgb.map { UInt8(($0 * alpha + Int(background) * (255 - alpha) + 127) / 255) }
    }
}
