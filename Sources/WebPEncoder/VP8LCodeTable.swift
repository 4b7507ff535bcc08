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
        let (first, second) = codes(of: token)
        bits.append(first.bits, count: first.count)
        bits.append(second.bits, count: second.count)
    }

    /// Returns both parts of the code of a token, of up to 32 bits each.
    @inline(__always)
    func codes(of token: VP8LToken) -> (VP8LCode, VP8LCode) {
        let base = Int(token.group) * VP8LAlphabet.symbols
        switch token.content {
        case .pixel(let pixel):
            return (
                code(
                    base + VP8LAlphabet.green.start + Int(pixel >> 8 & 255),
                    base + VP8LAlphabet.red.start + Int(pixel >> 16 & 255)),
                code(
                    base + VP8LAlphabet.blue.start + Int(pixel & 255),
                    base + VP8LAlphabet.alpha.start + Int(pixel >> 24))
            )
        case .copy(let length, let distance):
            return (
                code(base + VP8LAlphabet.lengths + Int(length.symbol), length),
                code(base + VP8LAlphabet.distance.start + Int(distance.symbol), distance)
            )
        }
    }

    /// Returns two codes, which have up to 15 bits each.
    @inline(__always)
    private func code(_ first: Int, _ second: Int) -> VP8LCode {
        let (first, second) = (entries[first], entries[second])
        return VP8LCode(
            bits: Int(first.code) | Int(second.code) &<< Int(first.bits),
            count: Int(first.bits &+ second.bits))
    }

    /// Returns the code of a number with its extra bits.
    @inline(__always)
    private func code(_ entry: Int, _ number: VP8LNumber) -> VP8LCode {
        let entry = entries[entry]
        return VP8LCode(
            bits: Int(entry.code) | Int(number.extra) &<< Int(entry.bits),
            count: Int(entry.bits) &+ Int(number.extraBits))
    }
}
