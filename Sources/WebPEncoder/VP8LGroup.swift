// SPDX-License-Identifier: Apache-2.0

/// The five prefix codes with which the tokens of a tile are coded, and before that the frequencies of their symbols.
struct VP8LGroup {
    /// The frequencies of the symbols of green and of lengths, 256 + 24 symbols.
    private var green = [Int](repeating: 0, count: 280)
    private var red = [Int](repeating: 0, count: 256)
    private var blue = [Int](repeating: 0, count: 256)
    private var alpha = [Int](repeating: 0, count: 256)
    private var distance = [Int](repeating: 0, count: 40)
    /// The number of extra bits of all lengths and distances.
    private var extraBits = 0

    /// Counts the symbols of a token.
    mutating func count(_ content: VP8LToken.Content) {
        switch content {
        case .pixel(let pixel):
            green[Int(pixel >> 8 & 255)] += 1
            red[Int(pixel >> 16 & 255)] += 1
            blue[Int(pixel & 255)] += 1
            alpha[Int(pixel >> 24)] += 1
        case .copy(let length, let distanceCode):
            let (length, code) = (VP8LNumber(length), VP8LNumber(distanceCode))
            green[256 + length.symbol] += 1
            distance[code.symbol] += 1
            extraBits += length.extraBits + code.extraBits
        }
    }

    /// The frequencies in the order in which the codes are described.
    private var alphabets: [[Int]] { [green, red, blue, alpha, distance] }

    /// The prefix codes of a group.
    struct Codes {
        fileprivate let green, red, blue, alpha, distance: VP8LPrefixCode
        /// The number of bits of the descriptions of all codes and of all tokens.
        let bits: Int

        /// Appends the descriptions of the codes to `bits`.
        func writeDescriptions(to bits: inout VP8LBits) {
            for code in [green, red, blue, alpha, distance] { code.writeDescription(to: &bits) }
        }

        /// Appends a token to `bits`.
        func write(_ content: VP8LToken.Content, to bits: inout VP8LBits) {
            switch content {
            case .pixel(let pixel):
                green.write(Int(pixel >> 8 & 255), to: &bits)
                red.write(Int(pixel >> 16 & 255), to: &bits)
                blue.write(Int(pixel & 255), to: &bits)
                alpha.write(Int(pixel >> 24), to: &bits)
            case .copy(let length, let distanceCode):
                let (length, code) = (VP8LNumber(length), VP8LNumber(distanceCode))
                green.write(256 + length.symbol, to: &bits)
                bits.append(length.extra, count: length.extraBits)
                distance.write(code.symbol, to: &bits)
                bits.append(code.extra, count: code.extraBits)
            }
        }
    }

    /// Returns the prefix codes for the counted symbols.
    func codes() -> Codes {
        let codes = alphabets.map { VP8LPrefixCode(counts: $0) }
        var bits = extraBits
        for (code, counts) in zip(codes, alphabets) {
            bits += code.descriptionBits
            for (symbol, count) in counts.enumerated() where count > 0 {
                bits += count * code.bits(of: symbol)
            }
        }
        return Codes(
            green: codes[0], red: codes[1], blue: codes[2], alpha: codes[3], distance: codes[4], bits: bits)
    }
}
