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
            let counts = counts[group, alphabet]
            let code = VP8LPrefixCode(counts: counts)
            bits += code.descriptionBits
            for (symbol, count) in counts.enumerated() where count > 0 {
                bits += count * code.bits(of: symbol)
            }
            return code
        }
        self.bits = bits
    }

    /// Appends the descriptions of the codes to `bits`.
    func writeDescriptions(to bits: inout VP8LBits) {
        for code in codes { code.writeDescription(to: &bits) }
    }
}
