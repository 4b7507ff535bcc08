// SPDX-License-Identifier: Apache-2.0

/// The literals and matches of a deflate stream in their order. The length of a match is not limited: a longer match
/// than the format allows is written as several of the same distance.
struct DeflateTokens {
    /// A literal, of length 0, or a match.
    struct Token: BitwiseCopyable {
        /// The number of bytes of a match, at least 3; 0 for a literal.
        var length: UInt32
        /// The distance of a match, 1...32768, or the byte of a literal.
        var value: UInt32
    }

    private var tokens: [Token] = []

    /// Creates an empty sequence with memory for `capacity` tokens, which grows when needed.
    init(capacity: Int = 0) { tokens.reserveCapacity(capacity) }

    var count: Int { tokens.count }

    subscript(index: Int) -> Token { tokens[index] }

    mutating func append(literal: UInt8) { tokens.append(Token(length: 0, value: UInt32(literal))) }

    mutating func append(length: Int, distance: Int) {
        tokens.append(
            Token(length: UInt32(truncatingIfNeeded: length), value: UInt32(truncatingIfNeeded: distance)))
    }
}
