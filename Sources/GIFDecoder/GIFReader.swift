// SPDX-License-Identifier: Apache-2.0

package import GIF
import Pixels

/// A reader of the composed frames of a GIF file, in their order. A frame is begun, decoded part by part, and then read
/// row by row:
///
///     var reader = GIFReader(file, header)
///     for _ in header.frames {
///         reader.beginFrame(file)
///         while try reader.decode(file) { }
///         for y in 0..<header.height { reader.readRow(y, into: &row) }
///     }
///
/// It is written in Swift that is checked for memory safety. ComposedFrames.md of the module `GIF` has the reasons, and
/// the differences from browsers.
package struct GIFReader: ~Copyable {
    /// The number of pixels after which `decode` returns, which take less than a millisecond.
    private static let slice = 1 << 18

    /// The memory of a decoder. It is outside of the reader, because its tables are as long as many rows: the compiler
    /// copies a value that a closure borrows.
    private final class Memory {
        var decoder: LZWDecoder

        init(_ decoder: LZWDecoder) { self.decoder = decoder }
    }

    package let header: GIFHeader
    private let acceptsTruncated: Bool
    /// The number of frames that have been begun.
    private var begun = 0
    /// The rows of the canvas that may differ from those after the frame before; all rows for the first frame.
    package private(set) var changedRows: Range<Int>
    private var frame: GIFFrame
    private var colors: FrameColors
    /// The colours of the first frame, of which one can be transparent.
    private let firstColors: [UInt32]
    private let lzw: Memory
    /// The indices of the pixels of the current frame, in the order of the file.
    private var indices: [UInt8] = []
    /// The canvas; nil for a picture of one frame, whose rows are made from the indices.
    private var canvas: GIFCanvas?
    /// True when pixels are missing because the file or the data of a frame end early.
    package private(set) var wasTruncated = false

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - file: The whole file, the same for all calls.
    ///   - header: The header of the file.
    ///   - acceptsTruncated: True to leave out missing pixels of a file that ends early, false to refuse it.
    package init(_ file: Span<UInt8>, _ header: GIFHeader, acceptsTruncated: Bool) {
        precondition(file.count == header.fileBytes, "a header and the bytes of another file")
        self.header = header
        self.acceptsTruncated = acceptsTruncated
        frame = header.frames[0]
        changedRows = 0..<header.height
        colors = FrameColors(frame.palette, in: file)
        var pixels = colors.pixels
        if let index = frame.transparentIndex { pixels[Int(index)] = pixels[Int(index)].transparent }
        firstColors = pixels
        lzw = Memory(LZWDecoder(file, at: frame.dataOffset))
        if header.frames.count > 1 { canvas = GIFCanvas(width: header.width, height: header.height) }
    }

    /// Begins the next frame, of which there must be one.
    package mutating func beginFrame(_ file: Span<UInt8>) {
        precondition(begun < header.frames.count, "more frames than the file has")
        precondition(file.count == header.fileBytes, "a header and the bytes of another file")
        if begun > 0 {
            canvas?.dispose(frame, isFirst: begun == 1, colors, background: header.background)
            // A disposal of 0 or 1 leaves the frame before on the canvas.
            let disposed = frame.disposal >= 2 ? rows(of: frame) : nil
            frame = header.frames[begun]
            let drawn = rows(of: frame)
            changedRows =
                disposed.map {
                    min($0.lowerBound, drawn.lowerBound)..<max($0.upperBound, drawn.upperBound)
                } ?? drawn
            colors = FrameColors(frame.palette, in: file)
            lzw.decoder.begin(file, at: frame.dataOffset)
        }
        begun += 1
        // Every index that is read has been decoded, so that those of the frame before need no clearing.
        if indices.count != frame.pixels {
            indices.removeAll(keepingCapacity: true)
            indices.append(contentsOf: repeatElement(0, count: frame.pixels))
        }
    }

    /// Returns the rows of the canvas that a frame covers.
    private func rows(of frame: GIFFrame) -> Range<Int> {
        let top = min(frame.top, header.height)
        return top..<min(frame.top + frame.height, max(top, header.height))
    }

    /// Decodes the next part of the frame, and draws the frame on the canvas after the last one.
    ///
    /// - Returns: True when the frame has further parts.
    /// - Throws: `GIFError` of kind `truncated` or `corrupt`.
    package mutating func decode(_ file: Span<UInt8>) throws(GIFError) -> Bool {
        precondition(begun > 0 && file.count == header.fileBytes, "no frame has been begun")
        let wanted = lzw.decoder.count + Self.slice
        let progress = lzw.decoder.decode(file, into: &indices, until: wanted)
        let decoded = lzw.decoder.count
        switch progress {
        case .decoded where decoded < frame.pixels: return true
        case .decoded: break
        case .ended:
            guard acceptsTruncated else {
                throw GIFError(
                    .truncated,
                    "the data of frame \(begun) end after \(decoded) of \(frame.pixels) pixels")
            }
            wasTruncated = true
        case .corrupt:
            throw GIFError(
                .corrupt,
                "the data of frame \(begun) are corrupt after \(decoded) of \(frame.pixels) pixels")
        }
        if begun == 1 {
            canvas?.drawFirst(frame, indices, decoded, firstColors)
        } else {
            canvas?.draw(frame, indices, decoded, colors.pixels)
        }
        return false
    }

    /// Writes a row of the canvas into `row`, which has `header.width` pixels: red, green, blue and alpha, of which red
    /// is in the lowest bits. All parts of the frame must have been decoded.
    package func readRow(_ y: Int, into row: inout MutableSpan<UInt32>) {
        precondition(y < header.height && row.count == header.width, "no such row")
        guard let canvas else { return readStill(y, into: &row) }
        let pixels = canvas.pixels.span.extracting(y * header.width..<(y + 1) * header.width)
        for x in pixels.indices { row[x] = pixels[x] }
    }

    /// Writes a row of a canvas with the layout `gray` into `row`, which has `header.width` samples. All parts of the
    /// frame must have been decoded.
    package func readGrayRow(_ y: Int, into row: inout MutableSpan<UInt8>) {
        precondition(header.layout == .gray && row.count == header.width, "no such row")
        var pixels = [UInt32](repeating: 0, count: header.width)
        var span = pixels.mutableSpan
        readRow(y, into: &span)
        for x in row.indices { row[x] = UInt8(truncatingIfNeeded: span[x]) }
    }

    /// Writes a row of a picture of one frame.
    private func readStill(_ y: Int, into row: inout MutableSpan<UInt32>) {
        let isCovered = (frame.top..<frame.top + frame.height).contains(y)
        let order = GIFRows(height: frame.height, isInterlaced: frame.isInterlaced)
        let start = isCovered ? order.stored(y - frame.top) * frame.width : 0
        let count = isCovered ? max(0, min(frame.width, lzw.decoder.count - start)) : 0
        let (indices, colors) = (indices.span, firstColors.span)
        if count < row.count {
            let fill = colors[Int(frame.transparentIndex ?? 0)]
            for x in row.indices { row[x] = fill }
        }
        for x in 0..<count { row[frame.left + x] = colors[Int(indices[start + x])] }
    }
}
