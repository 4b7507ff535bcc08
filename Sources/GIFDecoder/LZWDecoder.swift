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

    /// The position of the string of each code in the pixels.
    private var starts = InlineArray<4096, UInt32>(repeating: 0)
    /// The length of the string of each code in pixels; 0 for the codes `clear` and `clear + 1`.
    private var lengths = InlineArray<4096, UInt32>(repeating: 0)
    private let literalBits: Int
    private var codes: CodeReader
    /// The code that the next string gets, at most `codeCount`.
    private var next: Int
    /// The position of the string of the code before.
    private var previous = 0
    /// The length of the string of the code before; 0 after a clear code.
    private var previousLength = 0
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
                starts[next] = UInt32(truncatingIfNeeded: previous)
                lengths[next] = UInt32(truncatingIfNeeded: previousLength + 1)
                next += 1
                if next == 1 << codes.bits, codes.bits < 12 { codes.bits += 1 }
            } else if previousLength == 0, code > clear {
                return .corrupt
            }
            let start = count
            previousLength = 1
            if code < clear {
                pixels[count] = UInt8(truncatingIfNeeded: code)
                count += 1
            } else {
                guard code < next else { return .corrupt }
                previousLength = Int(lengths[code])
                // The string can be one pixel longer than what is there: it then ends with its first pixel.
                var source = Int(starts[code])
                let end = min(count + previousLength, pixels.count)
                while count < end {
                    pixels[count] = pixels[source]
                    count += 1
                    source += 1
                }
            }
            previous = start
        }
        return .decoded
    }
}
