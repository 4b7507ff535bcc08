// SPDX-License-Identifier: Apache-2.0

/// The colours of the indices of a frame.
package enum GIFPalette: Sendable, Equatable {
    /// Indices are gray levels: the file has no palette for the frame, or one that states exactly these levels. Pillow
    /// averages such pictures.
    case gray
    /// Three bytes for each index, red, green and blue, at this range of the file.
    case colors(Range<Int>)

    /// Creates the palette at a range of the file.
    init(_ range: Range<Int>, in file: Span<UInt8>) {
        let isGray = range.allSatisfy { Int(file[$0]) == ($0 - range.lowerBound) / 3 }
        self = isGray ? .gray : .colors(range)
    }
}
