// SPDX-License-Identifier: Apache-2.0

import GIF

/// A decoder of the pixels of one frame (GIF89a specification, appendix F: variable-length-code LZW compression). The
/// pixels are decoded into memory for the whole frame, because the string of a code is one that is already in there:
/// the string of the code before, and the pixel behind it.
struct LZWDecoder {
    /// The number of the last code, plus 1.
    private static let codeCount = 4096

    /// The result of decoding a part of the data.
    enum Progress {
        /// The wanted pixels are decoded.
        case decoded
        /// The data ended before.
        case ended
        /// A code occurred that stands for nothing yet.
        case corrupt
    }

    /// The number of pixels of `heads`.
    private static let headLength = 4

    /// The position of the string of each code in the pixels; of no meaning for a literal code.
    private var starts = InlineArray<4096, UInt32>(repeating: 0)
    /// The length of the string of each code in pixels; 0 for the codes `clear` and `clear + 1`.
    private var lengths = InlineArray<4096, UInt32>(repeating: 0)
    /// The first pixels of the string of each code, the first one in the lowest bits, and 0 behind a shorter string.
    /// Most strings are short, so that their pixels need not be read again.
    private var heads = InlineArray<4096, UInt32>(repeating: 0)
    private let literalBits: Int
    private var codes: CodeReader
    /// The code that the next string gets, at most `codeCount`.
    private var next: Int
    /// The position of the string of the code before.
    private var previous = 0
    /// The length of the string of the code before; 0 after a clear code.
    private var previousLength = 0
    /// The first pixels of the string of the code before.
    private var previousHead: UInt32 = 0
    /// The number of decoded pixels.
    private(set) var count = 0

    /// Creates a decoder.
    ///
    /// - Parameters:
    ///   - file: The whole file.
    ///   - offset: The offset of the number of bits of a literal code, 1...8, which the data follow.
    init(_ file: Span<UInt8>, at offset: Int) {
        literalBits = Int(file[offset])
        codes = CodeReader(at: offset + 1, bits: literalBits + 1)
        next = 1 << literalBits + 2
        for literal in 0..<1 << literalBits {
            lengths[literal] = 1
            heads[literal] = UInt32(truncatingIfNeeded: literal)
        }
    }

    /// Decodes pixels until there are at least `wanted`, or all of the frame.
    mutating func decode(
        _ file: Span<UInt8>, into pixels: inout [UInt8], until wanted: Int
    ) -> Progress {
        let clear = 1 << literalBits
        let wanted = min(wanted, pixels.count)
        var pixels = pixels.mutableSpan
        while count < wanted {
            guard let code = codes.next(file) else { return .ended }
            if code == clear {
                (codes.bits, next, previousLength) = (literalBits + 1, clear + 2, 0)
                continue
            }
            if code == clear + 1 { return .ended }
            if previousLength > 0, next < Self.codeCount {
                // The string that the code before gets begins where it does, and ends with the first pixel of this one,
                // which may be the same string.
                let first = (code == next ? previousHead : heads[code]) & 255
                starts[next] = UInt32(truncatingIfNeeded: previous)
                lengths[next] = UInt32(truncatingIfNeeded: previousLength + 1)
                heads[next] =
                    previousLength < Self.headLength
                    ? previousHead | first << UInt32(8 * previousLength) : previousHead
                next += 1
                if next == 1 << codes.bits, codes.bits < 12 { codes.bits += 1 }
            } else if previousLength == 0, code > clear {
                return .corrupt
            }
            guard code < next else { return .corrupt }
            previous = count
            previousLength = Int(lengths[code])
            previousHead = heads[code]
            append(Int(starts[code]), previousLength, previousHead, to: &pixels)
        }
        return .decoded
    }

    /// Appends a string, as far as the frame has pixels.
    ///
    /// - Parameters:
    ///   - source: The position of the string in the pixels.
    ///   - head: The first pixels of the string.
    @inline(__always)
    private mutating func append(
        _ source: Int, _ length: Int, _ head: UInt32, to pixels: inout MutableSpan<UInt8>
    ) {
        let start = count
        let end = min(start + length, pixels.count)
        if start + Self.headLength <= pixels.count {
            // Pixels behind a shorter string are those of later ones.
            for place in 0..<Self.headLength {
                pixels[start + place] = UInt8(truncatingIfNeeded: head &>> UInt32(8 * place))
            }
        } else {
            for place in 0..<end - start {
                pixels[start + place] = UInt8(truncatingIfNeeded: head &>> UInt32(8 * place))
            }
        }
        // The string can be one pixel longer than what is there: it then ends with its first pixel.
        var place = Self.headLength
        while start + place < end {
            pixels[start + place] = pixels[source + place]
            place += 1
        }
        count = end
    }
}
