// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The writer of GIF outputs. It writes the GIF file that shows grids enlarged to pictures, without the pictures: its
/// cost is proportional to the number of runs of equal pixels, a few in each row, and to the length of the file.
///
/// Colours are exact up to 256 in all frames, or else in each frame. A frame with more has the 256 that stand for them
/// best. Cells whose alpha is below 128 are transparent, the others opaque.
package struct GIFWriter: Sendable {
    /// A picture of an animation.
    package struct Frame: Sendable {
        /// A grid of any colour model but CMYK and 16-bit gray.
        package var grid: Grid
        /// The time until the next frame in milliseconds. Files state hundredths of a second: the times of the first
        /// frames together are always rounded, so that rounding errors do not add up.
        package var milliseconds: Int

        package init(_ grid: Grid, milliseconds: Int) {
            self.grid = grid
            self.milliseconds = milliseconds
        }
    }

    /// The longest side of a picture in pixels, which is that of all outputs.
    package static let maximumSide = 65500

    /// The width of the written pictures in pixels, 1...65500.
    package let width: Int
    /// The height of the written pictures in pixels, 1...65500.
    package let height: Int

    /// Creates a writer of pictures of one size.
    ///
    /// - Parameters:
    ///   - width: The width of the pictures in pixels, 1...65500.
    ///   - height: The height of the pictures in pixels, 1...65500.
    package init(width: Int, height: Int) {
        precondition((1...Self.maximumSide).contains(width), "no such width")
        precondition((1...Self.maximumSide).contains(height), "no such height")
        self.width = width
        self.height = height
    }

    /// Returns a GIF file that shows each cell of `grid` as a rectangle of one colour. The same grid has the same file
    /// on every machine.
    ///
    /// - Parameter grid: A grid of any colour model but CMYK and 16-bit gray.
    package func encode(_ grid: Grid) -> [UInt8] {
        encode([Frame(grid, milliseconds: 0)], loops: nil) {}
    }

    /// Returns a GIF file of an animation. It has all frames, also those that are equal to the one before.
    ///
    /// - Parameters:
    ///   - frames: One or more frames, whose grids have one size.
    ///   - loops: The number of repetitions that the file states, 0...65535, where 0 means without end; nil to state
    ///     none, so that the animation is shown once.
    ///   - check: Throws an error to end the call. It is called before each frame, which takes milliseconds. The error
    ///     is passed on.
    package func encode<Failure: Error>(
        _ frames: [Frame], loops: Int?, check: () throws(Failure) -> Void
    ) throws(Failure) -> [UInt8] {
        guard let size = frames.first?.grid.size else { preconditionFailure("no frame") }
        precondition(frames.allSatisfy { $0.grid.size == size }, "grids of several sizes")
        let planner = FramePlanner(
            size: size, columns: Spans(cells: size, length: width), rows: Spans(cells: size, length: height),
            width: width, height: height)
        let pictures = frames.map { CellColors.colors(of: $0.grid) }
        let palettes = Palettes(pictures, planner)
        var file = header(palettes, isAnimated: frames.count > 1, loops: loops)
        var encoder = RunEncoder()
        var (time, written) = (0, 0)
        for (index, plan) in planner.plans(pictures).enumerated() {
            try check()
            time += max(0, frames[index].milliseconds)
            let delay = min(65535, max(0, (time + 5) / 10 - written))
            written += delay
            let frame = palettes.frame(plan, whole: pictures[index], isFirst: index == 0, &encoder)
            if frames.count > 1 || palettes.hasTransparent {
                // Frames stay on the canvas (1), or are replaced with transparent pixels (2).
                let flags = (plan.isCleared ? 2 : 1) << 2 | (frame.table.transparentIndex == nil ? 0 : 1)
                file += [0x21, 0xF9, 4, UInt8(flags)] + Self.word(delay)
                file += [frame.table.transparentIndex ?? 0, 0]
            }
            file.append(0x2C)
            for number in [
                plan.columns.lowerBound, plan.rows.lowerBound, plan.columns.count, plan.rows.count,
            ] {
                file += Self.word(number)
            }
            if frame.table.isSame(palettes.global) {
                file.append(0)
            } else {
                file.append(0x80 | UInt8(frame.table.bits - 1))
                file += frame.table.bytes
            }
            frame.data.append(to: &file)
        }
        file.append(0x3B)
        return file
    }

    /// Returns the header, the logical screen with the global palette, and the number of repetitions.
    private func header(_ palettes: Palettes, isAnimated: Bool, loops: Int?) -> [UInt8] {
        let global = palettes.global
        var file = Array((isAnimated || palettes.hasTransparent ? "GIF89a" : "GIF87a").utf8)
        file += Self.word(width) + Self.word(height)
        // The colours of the source have 8 bits.
        file += [0x80 | 7 << 4 | UInt8(global.bits - 1), global.transparentIndex ?? 0, 0] + global.bytes
        if isAnimated, let loops {
            precondition((0...65535).contains(loops), "no such number of repetitions")
            file += [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1] + Self.word(loops) + [0]
        }
        return file
    }

    /// Returns the bytes of a number as they are in a file.
    private static func word(_ number: Int) -> [UInt8] { [UInt8(number & 255), UInt8(number >> 8)] }
}
