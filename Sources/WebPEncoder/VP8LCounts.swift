// SPDX-License-Identifier: Apache-2.0

/// The frequencies of the symbols of tokens, for each group of prefix codes.
struct VP8LCounts {
    /// The frequencies of the symbols of all alphabets, for each of the five groups that an image can have.
    private var counts = InlineArray<5440, UInt32>(repeating: 0)
    /// The number of extra bits of all lengths and distances of each group.
    private var extra = InlineArray<5, Int>(repeating: 0)

    /// Counts the symbols of a token.
    @inline(__always)
    mutating func count(_ token: VP8LToken) {
        let base = token.group * VP8LAlphabet.symbols
        switch token.content {
        case .pixel(let pixel):
            counts[base + VP8LAlphabet.green.start + Int(pixel >> 8 & 255)] += 1
            counts[base + VP8LAlphabet.red.start + Int(pixel >> 16 & 255)] += 1
            counts[base + VP8LAlphabet.blue.start + Int(pixel & 255)] += 1
            counts[base + VP8LAlphabet.alpha.start + Int(pixel >> 24)] += 1
        case .copy(let length, let distanceCode):
            let (length, code) = (VP8LNumber(length), VP8LNumber(distanceCode))
            counts[base + VP8LAlphabet.lengths + length.symbol] += 1
            counts[base + VP8LAlphabet.distance.start + code.symbol] += 1
            extra[token.group] += length.extraBits + code.extraBits
        }
    }

    /// Returns the number of extra bits of the lengths and distances of a group.
    func extraBits(group: Int) -> Int { extra[group] }

    /// The frequencies of the symbols of an alphabet in a group.
    subscript(group: Int, alphabet: VP8LAlphabet) -> [Int] {
        let start = group * VP8LAlphabet.symbols + alphabet.start
        return (start..<start + alphabet.count).map { Int(counts[$0]) }
    }
}
