// SPDX-License-Identifier: Apache-2.0

/// The writer of a PNG file of any opaque picture, row by row. `PNGWriter` writes shorter files of grids.
package struct PNGRowWriter: ~Copyable {
    private let width: Int
    private let height: Int
    private var stream = BitWriter(capacity: 1 << 16)
    private var checksum = Adler32()
    /// The row above, 3 bytes a pixel.
    private var above: [UInt8] = []
    /// The filtered rows that are not compressed yet.
    private var filtered: [UInt8] = []
    private var rows = 0

    /// The number of bytes from which rows are compressed. Matches do not reach farther back.
    private static let blockBytes = 256 << 10

    /// Creates a writer.
    ///
    /// - Parameters:
    ///   - width: The width of the picture in pixels, 1...65500.
    ///   - height: The height of the picture in pixels, 1...65500.
    package init(width: Int, height: Int) {
        precondition((1...PNGWriter.maximumSide).contains(width), "no such width")
        precondition((1...PNGWriter.maximumSide).contains(height), "no such height")
        self.width = width
        self.height = height
        // The window has 32768 bytes, and the compression is the default one (RFC 1950, 2.2).
        stream.append(bytes: [0x78, 0x9C])
    }

    /// Adds the next row of the picture.
    ///
    /// - Parameter row: Red, green and blue of each pixel.
    package mutating func append(_ row: [UInt8]) {
        precondition(row.count == 3 * width && rows < height, "no such row")
        let start = filtered.count
        if row == above {
            filtered.append(RowFilter.up.rawValue)
            filtered += repeatElement(0, count: row.count)
        } else {
            filtered.append(RowFilter.sub.rawValue)
            filtered += row[..<3]
            for index in 3..<max(3, row.count) { filtered.append(row[index] &- row[index - 3]) }
            above = row
        }
        for index in start..<filtered.count { checksum.append(filtered[index]) }
        rows += 1
        if rows == height || filtered.count >= Self.blockBytes { compress() }
    }

    private mutating func compress() {
        let tokens = LazyParser.tokens(filtered)
        DeflateStream(tokens, rawBytes: filtered.count).write(tokens, isLast: rows == height, to: &stream)
        filtered.removeAll(keepingCapacity: true)
    }

    /// Returns the file. All rows of the picture must have been added.
    package consuming func file() -> [UInt8] {
        precondition(rows == height, "rows are missing")
        stream.append(bytes: bigEndian(checksum.value))
        var file = PNGWriter.signature
        PNGWriter.append(
            "IHDR", PNGWriter.header(width: width, height: height, depth: 8, colorType: .rgb), to: &file)
        PNGWriter.appendData(stream, to: &file)
        PNGWriter.append("IEND", [], to: &file)
        return file
    }
}
