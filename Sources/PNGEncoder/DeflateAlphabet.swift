// SPDX-License-Identifier: Apache-2.0

/// The symbols of the compressed data format DEFLATE (RFC 1951, 3.2.5).
enum DeflateAlphabet {
    /// The number of symbols that code literals, the end of a block (256) and lengths (257...285).
    static let literals = 286
    /// The number of symbols that code distances.
    static let distances = 30
    /// The symbol that ends a block.
    static let endOfBlock = 256
    /// The symbol of the length 258, which has no extra bits.
    static let longestMatchSymbol = 285
    /// The lengths of a match.
    static let shortestMatch = 3
    static let longestMatch = 258
    /// The largest distance of a match, and the length of the window.
    static let longestDistance = 32768

    /// A symbol and its extra bits.
    struct Code: BitwiseCopyable {
        var symbol: Int
        /// The number of extra bits, 0...13.
        var extraBits: Int
        var extra: Int
    }

    /// Returns the code of the length of a match, 3...258.
    @inline(__always)
    static func length(_ length: Int) -> Code {
        if length == longestMatch { return Code(symbol: longestMatchSymbol, extraBits: 0, extra: 0) }
        let value = length &- 3
        if value < 8 { return Code(symbol: 257 &+ value, extraBits: 0, extra: 0) }
        let bits = Int.bitWidth &- value.leadingZeroBitCount
        let extraBits = bits &- 3
        return Code(
            symbol: 257 &+ 4 &* (bits &- 2) &+ (value &>> extraBits & 3), extraBits: extraBits,
            extra: value & (1 &<< extraBits &- 1))
    }

    /// Returns the code of the distance of a match, 1...32768.
    @inline(__always)
    static func distance(_ distance: Int) -> Code {
        let value = distance &- 1
        if value < 4 { return Code(symbol: value, extraBits: 0, extra: 0) }
        let bits = Int.bitWidth &- value.leadingZeroBitCount
        let extraBits = bits &- 2
        return Code(
            symbol: 2 &* (bits &- 1) &+ (value &>> extraBits & 1), extraBits: extraBits,
            extra: value & (1 &<< extraBits &- 1))
    }

    /// Calls `body` for the lengths of matches that together have the length `length`, at least 3: first how often the
    /// longest match is repeated, and then one or two shorter lengths, which are 0 where they are not needed.
    @inline(__always)
    static func split(_ length: Int) -> (longest: Int, last: Int, secondLast: Int) {
        let (longest, rest) = length.quotientAndRemainder(dividingBy: longestMatch)
        guard rest == 1 || rest == 2 else { return (longest, rest, 0) }
        return (longest - 1, shortestMatch, longestMatch + rest - shortestMatch)
    }
}
