// SPDX-License-Identifier: Apache-2.0

/// The frequencies of the symbols of tokens, for each group of prefix codes.
struct VP8LCounts {
    /// The frequencies of the symbols of all alphabets, for each of the five groups that an image can have.
    private var counts = InlineArray<5440, UInt32>(repeating: 0)
    /// The number of pixels, and that of copies, of each group.
    private var pixels = InlineArray<5, Int>(repeating: 0)
    private var copies = InlineArray<5, Int>(repeating: 0)
    /// The number of extra bits of all lengths and distances of each group.
    private var extra = InlineArray<5, Int>(repeating: 0)

    /// Counts the symbols of a token that occurs `times` times.
    @inline(__always)
    mutating func count(_ token: VP8LToken, times: Int = 1) {
        let number = UInt32(truncatingIfNeeded: times)
        let group = Int(token.group)
        let base = group * VP8LAlphabet.symbols
        switch token.content {
        case .pixel(let pixel):
            pixels[group] += times
            counts[base + VP8LAlphabet.green.start + Int(pixel >> 8 & 255)] &+= number
            counts[base + VP8LAlphabet.red.start + Int(pixel >> 16 & 255)] &+= number
            counts[base + VP8LAlphabet.blue.start + Int(pixel & 255)] &+= number
            counts[base + VP8LAlphabet.alpha.start + Int(pixel >> 24)] &+= number
        case .copy(let length, let code):
            copies[group] += times
            counts[base + VP8LAlphabet.lengths + Int(length.symbol)] &+= number
            counts[base + VP8LAlphabet.distance.start + Int(code.symbol)] &+= number
            extra[group] += times * (Int(length.extraBits) + Int(code.extraBits))
        }
    }

    /// Returns the number of extra bits of the lengths and distances of a group.
    func extraBits(group: Int) -> Int { extra[group] }

    /// The symbols of an alphabet that occur in a group, in ascending order.
    subscript(group: Int, alphabet: VP8LAlphabet) -> [VP8LFrequency] {
        let start = group * VP8LAlphabet.symbols + alphabet.start
        let counts = counts.span.extracting(start..<start + alphabet.count)
        // The other symbols need not be looked at once all are found: most groups have one symbol in each alphabet.
        var missing =
            switch alphabet {
            case .green: pixels[group] + copies[group]
            case .red, .blue, .alpha: pixels[group]
            case .distance: copies[group]
            }
        var frequencies: [VP8LFrequency] = []
        var symbol = 0
        while missing > 0, symbol < counts.count {
            if counts[symbol] > 0 {
                missing -= Int(counts[symbol])
                if frequencies.count == 1 { frequencies.reserveCapacity(alphabet.count) }
                frequencies.append(VP8LFrequency(symbol: symbol, count: Int(counts[symbol])))
            }
            symbol += 1
        }
        return frequencies
    }
}
