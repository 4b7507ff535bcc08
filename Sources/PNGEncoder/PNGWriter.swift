// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The writer of PNG outputs. It writes the PNG file that shows a grid enlarged to a picture, without the picture: its
/// cost is proportional to the number of different rows and to the length of the file.
///
/// The pixels are exactly those of the grid. The file has the sample format in which it is shortest: a palette, fewer
/// bits or fewer samples, if all colours of the grid have them. CompressedRows.md explains the compression.
package struct PNGWriter: Sendable {
    /// The contents of the chunks that state the meaning of the colours, as they are written. A nil value writes no
    /// chunk. They must fit the colour model of the grids.
    package struct Attachments: Sendable {
        /// The iCCP chunk: a name, the compression method, the compressed profile (PNG, third edition, 11.3.2.3). With
        /// it, gray grids are written as gray and others in colours.
        package var iCCP: [UInt8]?
        /// The gAMA chunk, 4 bytes.
        package var gAMA: [UInt8]?
        /// The cHRM chunk, 32 bytes.
        package var cHRM: [UInt8]?
        /// The sRGB chunk, 1 byte.
        package var sRGB: [UInt8]?
        /// The cICP chunk, 4 bytes.
        package var cICP: [UInt8]?

        package init(
            iCCP: [UInt8]? = nil, gAMA: [UInt8]? = nil, cHRM: [UInt8]? = nil, sRGB: [UInt8]? = nil,
            cICP: [UInt8]? = nil
        ) {
            (self.iCCP, self.gAMA, self.cHRM, self.sRGB, self.cICP) = (iCCP, gAMA, cHRM, sRGB, cICP)
        }

        /// The chunks in the order in which they are written, before PLTE and IDAT.
        fileprivate var chunks: [(type: String, data: [UInt8])] {
            [("cICP", cICP), ("iCCP", iCCP), ("sRGB", sRGB), ("gAMA", gAMA), ("cHRM", cHRM)]
                .compactMap { chunk in chunk.1.map { (chunk.0, $0) } }
        }

        /// The number of bytes that the chunks take in a file.
        package var bytes: Int { chunks.reduce(0) { $0 + $1.data.count + PNGWriter.chunkBytes } }
    }

    /// The longest side of a picture in pixels, which is that of all outputs.
    package static let maximumSide = 65500

    /// The number of bytes of a chunk without its data.
    static let chunkBytes = 12
    /// The largest number of compressed bytes in an IDAT chunk.
    static let dataChunkBytes = 256 << 10
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

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

    /// Returns a PNG file that shows each cell of `grid` as a rectangle of one colour. The same grid has the same file
    /// on every machine.
    ///
    /// - Parameter grid: The grid, of any colour model but CMYK.
    package func encode(_ grid: Grid) -> [UInt8] {
        precondition(grid.color != .cmyk, "PNG has no CMYK")
        let columns = cells(grid, over: width)
        let rows = cells(grid, over: height)
        var formats = PNGRaster.formats(of: grid, keepsColorSpace: attachments.iCCP != nil)
        if let last = formats.last, isShorter(last, than: formats[0]) { formats = [last] }
        var best: RowPlan.Solution?
        for format in formats {
            let plan = RowPlan(PNGRaster(format, size: grid.size, columns: columns), rows: rows)
            // More bits than needed make a few bytes less at most.
            if format.pixelBits > formats[0].pixelBits, !plan.isMedium { continue }
            let candidate = plan.solve()
            if best.map({ candidate.totalBytes < $0.totalBytes }) ?? true { best = candidate }
        }
        return best.map(file) ?? []
    }

    /// Returns a PNG file with the pixels of `encode`, somewhat longer and in about a tenth of the time. The time is
    /// proportional to the number of pixels.
    ///
    /// - Parameter grid: The grid, of any colour model but CMYK.
    package func encodeQuickly(_ grid: Grid) -> [UInt8] {
        precondition(grid.color != .cmyk, "PNG has no CMYK")
        let format = PNGRaster.formats(of: grid, keepsColorSpace: attachments.iCCP != nil)[0]
        let raster = PNGRaster(format, size: grid.size, columns: cells(grid, over: width))
        return file(RowPlan(raster, rows: cells(grid, over: height)).usualSolution)
    }

    private func cells(_ grid: Grid, over length: Int) -> [UInt8] {
        grid.color == .gray16
            ? NearestMap.cells16(grid.size, over: length) : NearestMap.cells(grid.size, over: length)
    }

    /// True when the last format, a palette, has so many fewer data than the first that it is certainly shorter.
    private func isShorter(_ last: PNGRaster.Format, than first: PNGRaster.Format) -> Bool {
        // 258 bytes of data cost 2 bits or more.
        let saved = width * height * (first.pixelBits - last.pixelBits) / 8
        return saved / 258 * 2 / 8 > 2 * last.chunkBytes
    }

    private func file(_ solution: RowPlan.Solution) -> [UInt8] {
        let format = solution.plan.raster.format
        var writer = BitWriter(capacity: solution.stream.bytes + 64)
        // The window has 32768 bytes, and the compression is the default one (RFC 1950, 2.2).
        writer.append(bytes: [0x78, 0x9C])
        solution.stream.write(solution.tokens, to: &writer)
        writer.append(bytes: bigEndian(solution.plan.checksum(solution.filtering)))

        let dataChunks = (writer.count + Self.dataChunkBytes - 1) / Self.dataChunkBytes
        var file = Self.signature
        file.reserveCapacity(
            8 + 25 + attachments.bytes + format.palette.count + format.transparency.count + writer.count
                + Self.chunkBytes * (dataChunks + 3))
        Self.append(
            "IHDR",
            Self.header(
                width: width, height: height, depth: format.depth, colorType: format.colorType), to: &file)
        for chunk in attachments.chunks { Self.append(chunk.type, chunk.data, to: &file) }
        if !format.palette.isEmpty { Self.append("PLTE", format.palette, to: &file) }
        if !format.transparency.isEmpty { Self.append("tRNS", format.transparency, to: &file) }
        Self.appendData(writer, to: &file)
        Self.append("IEND", [], to: &file)
        return file
    }
}
