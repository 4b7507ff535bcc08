// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The literals and matches of a deflate stream in their order. The length of a match is not limited: a longer match
/// than the format allows is written as several of the same distance.
final class DeflateTokens {
    /// A literal, of length 0, or a match.
    struct Token: BitwiseCopyable {
        /// The number of bytes of a match, at least 3; 0 for a literal.
        var length: UInt32
        /// The distance of a match, 1...32768, or the byte of a literal.
        var value: UInt32
    }

    private var storage = Storage<Token>(count: 1024)
    private(set) var count = 0

    subscript(index: Int) -> Token {
        @inline(__always) get { storage.base[index] }
    }

    func append(_ token: Token) {
        if count == storage.count { storage.grow(to: count + 1, keeping: count) }
        storage.base[count] = token
        count += 1
    }

    func append(literal: UInt8) { append(Token(length: 0, value: UInt32(literal))) }

    func append(length: Int, distance: Int) {
        append(Token(length: UInt32(length), value: UInt32(distance)))
    }
}
