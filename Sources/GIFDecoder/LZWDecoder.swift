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

    /// The string of a code.
    private struct Entry: BitwiseCopyable {
        /// The first pixels, the first one in the lowest bits, and 0 behind a shorter string. Most strings are short,
        /// so that their pixels need not be read again.
        var head: UInt64 = 0
        /// The position in the pixels; of no meaning for a literal code.
        var start: UInt32 = 0
        /// The length in pixels; 0 for the codes `clear` and `clear + 1`.
        var length: UInt32 = 0
    }

    /// The number of pixels of `Entry.head`.
    private static let headLength = 8

    private var entries = InlineArray<4096, Entry>(repeating: Entry())
    private var literalBits: Int
    private var state: State

    /// The part that each code changes.
    private struct State: BitwiseCopyable {
        var codes: CodeReader
        /// The code that the next string gets, at most `codeCount`.
        var next: Int
        /// The string of the code before. Its length is 0 after a clear code.
        var previous = Entry()
        /// The number of decoded pixels.
        var count = 0
    }

    /// The number of decoded pixels.
    var count: Int { state.count }

    /// Creates a decoder of a frame.
    ///
    /// - Parameters:
    ///   - file: The whole file.
    ///   - offset: The offset of the number of bits of a literal code, 1...8, which the data follow.
    init(_ file: Span<UInt8>, at offset: Int) {
        literalBits = 0
        state = State(codes: CodeReader(at: 0, bits: 0), next: 0)
        begin(file, at: offset)
    }

    /// Begins another frame of the same file. No string of the frame before is read, so that they stay in memory.
    mutating func begin(_ file: Span<UInt8>, at offset: Int) {
        literalBits = Int(file[offset])
        let clear = 1 << literalBits
        state = State(codes: CodeReader(at: offset + 1, bits: literalBits + 1), next: clear + 2)
        for literal in 0..<clear {
            entries[literal] = Entry(head: UInt64(truncatingIfNeeded: literal), length: 1)
        }
        (entries[clear], entries[clear + 1]) = (Entry(), Entry())
    }

    /// Decodes pixels until there are at least `wanted`, or all of the frame.
    mutating func decode(
        _ file: Span<UInt8>, into pixels: inout [UInt8], until wanted: Int
    ) -> Progress {
        let clear = 1 << literalBits
        let wanted = min(wanted, pixels.count)
        var pixels = pixels.mutableSpan
        // A local copy, because the compiler keeps it in registers.
        var state = state
        defer { self.state = state }
        while state.count < wanted {
            guard let code = state.codes.next(file) else { return .ended }
            var entry = entries[code & 4095]
            if entry.length == 0 {
                if code == clear {
                    state.codes.bits = literalBits + 1
                    state.next = clear + 2
                    state.previous.length = 0
                    continue
                }
                if code == clear + 1 { return .ended }
            }
            let previous = state.previous
            if previous.length > 0 {
                if state.next < Self.codeCount {
                    // The string that the code before gets begins where it does, and ends with the first pixel of this
                    // one, which may be the same string.
                    let first = (code == state.next ? previous.head : entry.head) & 255
                    var longer = previous
                    if previous.length < Self.headLength {
                        longer.head |= first &<< UInt64(8 &* previous.length)
                    }
                    longer.length &+= 1
                    entries[state.next & 4095] = longer
                    if code == state.next { entry = longer }
                    state.next &+= 1
                    if state.next == 1 &<< state.codes.bits, state.codes.bits < 12 {
                        state.codes.bits &+= 1
                    }
                }
            } else if code > clear {
                return .corrupt
            }
            guard code < state.next else { return .corrupt }
            let start = state.count
            state.count = Self.append(entry, at: start, to: &pixels)
            entry.start = UInt32(truncatingIfNeeded: start)
            state.previous = entry
        }
        return .decoded
    }

    /// Appends a string, as far as the frame has pixels, and returns the number of pixels then.
    @inline(__always)
    private static func append(_ string: Entry, at start: Int, to pixels: inout MutableSpan<UInt8>) -> Int {
        let end = min(start &+ Int(string.length), pixels.count)
        if start >= 0, start < pixels.count &- 7 {
            // Pixels behind a shorter string are those of later ones. The compiler makes one store of the eight.
            for place in 0..<8 {
                pixels[start &+ place] = UInt8(truncatingIfNeeded: string.head &>> UInt64(8 &* place))
            }
        } else {
            for place in 0..<min(end - start, headLength) {
                pixels[start + place] = UInt8(truncatingIfNeeded: string.head &>> UInt64(8 * place))
            }
        }
        // The string can be one pixel longer than what is there: it then ends with its first pixel.
        var place = headLength
        while start &+ place < end {
            pixels[start &+ place] = pixels[Int(string.start) &+ place]
            place &+= 1
        }
        return end
    }
}
