// SPDX-License-Identifier: Apache-2.0

package import Pixels

extension WebPWriter {
    /// The longest time of a frame in milliseconds.
    package static let longestDuration = 1 << 24 - 1
    /// The largest number of repetitions.
    package static let maximumLoops = 65535

    /// Returns an animated WebP file. A frame has the rectangle alone in which it differs from the frame before, so
    /// that the number of frames and their durations are those of `frames`.
    ///
    /// - Parameters:
    ///   - frames: The grid of each frame, and the time for which it is shown in milliseconds. There is at least one
    ///     frame. Longer durations than `longestDuration` are cut to it.
    ///   - loops: The number of times that the animation is shown, 0...65535; 0 for no end.
    ///   - background: The background colour that the file states: alpha, red, green and blue from the highest byte to
    ///     the lowest. The frames cover the whole picture, so that no pixel has it.
    package func encode(
        frames: [(grid: Grid, milliseconds: Int)], loops: Int, background: UInt32 = 0
    ) -> [UInt8] {
        precondition(!frames.isEmpty, "an animation has frames")
        precondition((0...Self.maximumLoops).contains(loops), "no such number of loops")
        var file = RIFFWriter()
        var chunks: [UInt8] = []
        var hasAlpha = false
        var shown: VP8LCells?
        for frame in frames {
            let cells = VP8LCells(frame.grid, width: width, height: height)
            hasAlpha = hasAlpha || cells.hasAlpha
            let part = cells.changes(since: shown)
            shown = cells
            // Bit 1 of the flags: the pixels of the frame replace those of the canvas.
            let header =
                RIFFWriter.number(part.x / 2, bytes: 3) + RIFFWriter.number(part.y / 2, bytes: 3)
                + RIFFWriter.number(part.cells.width - 1, bytes: 3)
                + RIFFWriter.number(part.cells.height - 1, bytes: 3)
                + RIFFWriter.number(min(max(frame.milliseconds, 0), Self.longestDuration), bytes: 3) + [0b10]
            chunks += RIFFWriter.chunk("ANMF", header + RIFFWriter.chunk("VP8L", Self.bitstream(part.cells)))
        }
        let profile = attachments.iccProfile ?? []
        file.appendExtendedHeader(
            width: width, height: height, hasAlpha: hasAlpha, hasProfile: !profile.isEmpty, isAnimated: true)
        if !profile.isEmpty { file.append("ICCP", profile) }
        // The colour has blue in the lowest byte, as in memory.
        file.append("ANIM", RIFFWriter.number(Int(background), bytes: 4) + RIFFWriter.number(loops, bytes: 2))
        file.append(chunks: chunks)
        return file.finish()
    }
}

extension VP8LCells {
    /// Returns the part of this image in which it differs from `before`, and its place; the whole image if `before` is
    /// nil, and one pixel if there is no difference. The place has even coordinates, as the format requires.
    fileprivate func changes(since before: VP8LCells?) -> (x: Int, y: Int, cells: VP8LCells) {
        guard let before, before.columns == columns, before.rows == rows else { return (0, 0, self) }
        var (left, right, top, bottom) = (width, 1, height, 1)
        for row in rows.indices {
            for column in columns.indices {
                let index = row * columns.count + column
                guard values[index] != before.values[index] else { continue }
                left = min(left, columns[column])
                right = max(right, columnEnd(column))
                top = min(top, rows[row])
                bottom = max(bottom, rowEnd(row))
            }
        }
        if left == width { (left, top) = (0, 0) }
        (left, top) = (left / 2 * 2, top / 2 * 2)
        return (left, top, cropped(left..<right, top..<bottom))
    }

    /// Returns a part of the image.
    private func cropped(_ across: Range<Int>, _ down: Range<Int>) -> VP8LCells {
        let shownColumns = columns.indices.filter {
            columns[$0] < across.upperBound && columnEnd($0) > across.lowerBound
        }
        let shownRows = rows.indices.filter {
            rows[$0] < down.upperBound && rowEnd($0) > down.lowerBound
        }
        return VP8LCells(
            width: across.count, height: down.count,
            columns: shownColumns.map { max(0, columns[$0] - across.lowerBound) },
            rows: shownRows.map { max(0, rows[$0] - down.lowerBound) },
            values: shownRows.flatMap { row in
                shownColumns.map { values[row * columns.count + $0] }
            })
    }
}
