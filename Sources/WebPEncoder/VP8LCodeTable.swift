// SPDX-License-Identifier: Apache-2.0

/// The codes of the symbols of all alphabets in all groups of an image, for writing tokens.
struct VP8LCodeTable {
    /// A code and the number of its bits, 0 for an only symbol.
    private struct Entry {
        var code: UInt16 = 0
        var bits: UInt16 = 0
    }

    /// The entries of all alphabets, group by group.
    private var entries: [Entry]

    init(_ groups: [VP8LGroup]) {
        entries = [Entry](repeating: Entry(), count: groups.count * VP8LAlphabet.symbols)
        for (group, codes) in groups.enumerated() {
            for (alphabet, code) in zip(VP8LAlphabet.allCases, codes.codes) {
                let start = group * VP8LAlphabet.symbols + alphabet.start
                code.forEachCode { symbol, code, bits in
                    entries[start + symbol] = Entry(code: code, bits: UInt16(bits))
                }
            }
        }
    }

    /// Appends a token to `bits`.
    @inline(__always)
    func write(_ token: VP8LToken, to bits: inout VP8LBits) {
        let base = token.group * VP8LAlphabet.symbols
        switch token.content {
        case .pixel(let pixel):
            write(
                base + VP8LAlphabet.green.start + Int(pixel >> 8 & 255),
                base + VP8LAlphabet.red.start + Int(pixel >> 16 & 255), to: &bits)
            write(
                base + VP8LAlphabet.blue.start + Int(pixel & 255),
                base + VP8LAlphabet.alpha.start + Int(pixel >> 24), to: &bits)
        case .copy(let length, let distanceCode):
            let (length, code) = (VP8LNumber(length), VP8LNumber(distanceCode))
            write(base + VP8LAlphabet.lengths + length.symbol, length, to: &bits)
            write(base + VP8LAlphabet.distance.start + code.symbol, code, to: &bits)
        }
    }

    /// Appends two codes, which have up to 15 bits each.
    private func write(_ first: Int, _ second: Int, to bits: inout VP8LBits) {
        let (first, second) = (entries[first], entries[second])
        bits.append(
            Int(first.code) | Int(second.code) << Int(first.bits), count: Int(first.bits + second.bits))
    }

    /// Appends the code of a number, and its extra bits.
    private func write(_ entry: Int, _ number: VP8LNumber, to bits: inout VP8LBits) {
        let entry = entries[entry]
        bits.append(
            Int(entry.code) | number.extra << Int(entry.bits), count: Int(entry.bits) + number.extraBits)
    }
}
