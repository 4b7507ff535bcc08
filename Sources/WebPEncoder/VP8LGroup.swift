// SPDX-License-Identifier: Apache-2.0

/// The five prefix codes with which the tokens of a tile are coded.
struct VP8LGroup {
    /// The codes of green and of lengths, of red, blue, alpha, and of distances, in the order in which they are
    /// described.
    let codes: [VP8LPrefixCode]
    /// The number of bits of the descriptions of all codes and of all tokens.
    let bits: Int

    /// Creates the codes for counted symbols.
    ///
    /// - Parameters:
    ///   - counts: The frequencies of the symbols of all groups.
    ///   - group: The index of the group.
    init(_ counts: VP8LCounts, group: Int) {
        var bits = counts.extraBits(group: group)
        codes = VP8LAlphabet.allCases.map { alphabet in
            let used = counts[group, alphabet]
            let code = VP8LPrefixCode(used, of: alphabet.count)
            bits += code.descriptionBits
            for frequency in used { bits += frequency.count * code.bits(of: frequency.symbol) }
            return code
        }
        self.bits = bits
    }

    /// Creates the codes of an image of one colour.
    init(pixel: UInt32) {
        codes = VP8LAlphabet.allCases.map { alphabet in
            let symbol: UInt32 =
                switch alphabet {
                case .green: pixel >> 8 & 255
                case .red: pixel >> 16 & 255
                case .blue: pixel & 255
                case .alpha: pixel >> 24
                case .distance: 0
                }
            return VP8LPrefixCode([VP8LFrequency(symbol: Int(symbol), count: 1)], of: alphabet.count)
        }
        bits = codes.reduce(0) { $0 + $1.descriptionBits }
    }

    /// Appends the descriptions of the codes to `bits`.
    func writeDescriptions(to bits: inout VP8LBits) {
        for code in codes { code.writeDescription(to: &bits) }
    }
}
