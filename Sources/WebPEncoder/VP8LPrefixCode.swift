// SPDX-License-Identifier: Apache-2.0

/// A canonical prefix code of one alphabet (WebP Lossless Bitstream Specification, section 6.2.1).
struct VP8LPrefixCode {
    /// The longest code of a symbol in bits.
    static let longest = 15

    /// The length of the code of each symbol in bits; 0 for a symbol that does not occur. The array is empty for an
    /// only symbol of one byte.
    private let lengths: [UInt8]
    /// The symbols that have a code, in ascending order. The code of an only symbol has no bits.
    private let symbols: [Int]

    /// Creates a code of least total length for symbols that occur with the given frequencies.
    ///
    /// - Parameters:
    ///   - used: The symbols that occur, in ascending order. If none occurs, symbol 0 gets a code.
    ///   - count: The number of symbols of the alphabet.
    ///   - longest: The largest length of a code in bits.
    init(_ used: [VP8LFrequency], of count: Int, longest: Int = Self.longest) {
        symbols = used.isEmpty ? [0] : used.map(\.symbol)
        guard symbols.count > 1 || symbols[0] >= 256 else {
            lengths = []
            return
        }
        lengths = Self.lengths(used, of: count, longest: longest)
    }

    /// Returns the length of the code of each symbol of the alphabet.
    private static func lengths(_ used: [VP8LFrequency], of count: Int, longest: Int) -> [UInt8] {
        var lengths = [UInt8](repeating: 0, count: count)
        guard used.count > 1 else {
            lengths[used[0].symbol] = 1
            return lengths
        }
        // Rare symbols count as more frequent, until no code is too long.
        var least = 1
        while true {
            // A weight and its symbol in the lowest 16 bits are one number.
            let weighted = used.map { max($0.count, least) << 16 | $0.symbol }.sorted()
            let depths = depths(weighted)
            if depths.allSatisfy({ $0 <= longest }) {
                for (leaf, depth) in zip(weighted, depths) { lengths[leaf & 0xFFFF] = UInt8(depth) }
                return lengths
            }
            least *= 2
        }
    }

    /// Returns the depths of the leaves of a Huffman tree. There are two leaves or more.
    ///
    /// - Parameter weighted: The weights of the leaves, times 2^16, in ascending order. The lower bits do not count.
    private static func depths(_ weighted: [Int]) -> ArraySlice<Int> {
        let leaves = weighted.count
        // Nodes `leaves...` are the inner nodes, in the order of their creation and so of their weights.
        var weights = [Int](repeating: 0, count: 2 * leaves - 1)
        var parents = weights
        for leaf in 0..<leaves { weights[leaf] = weighted[leaf] >> 16 }
        var (leaf, inner) = (0, leaves)
        for node in leaves..<2 * leaves - 1 {
            var sum = 0
            for _ in 0..<2 {
                let isLeaf = leaf < leaves && (inner >= node || weights[leaf] <= weights[inner])
                let child = isLeaf ? leaf : inner
                if isLeaf { leaf += 1 } else { inner += 1 }
                parents[child] = node
                sum += weights[child]
            }
            weights[node] = sum
        }
        // The weights are not needed any more.
        weights[2 * leaves - 2] = 0
        for node in stride(from: 2 * leaves - 3, through: 0, by: -1) {
            weights[node] = weights[parents[node]] + 1
        }
        return weights[..<leaves]
    }

    /// Returns the code of each symbol, its first bit in the lowest place.
    private static func canonicalCodes(_ lengths: [UInt8]) -> [UInt16] {
        var next = [Int](repeating: 0, count: longest + 2)
        for length in lengths where length > 0 { next[Int(length) + 1] += 1 }
        for length in 1...longest + 1 { next[length] = (next[length] + next[length - 1]) << 1 }
        return lengths.map { length in
            guard length > 0 else { return 0 }
            defer { next[Int(length)] += 1 }
            var (code, reversed) = (next[Int(length)], 0)
            for _ in 0..<length {
                reversed = reversed << 1 | code & 1
                code >>= 1
            }
            return UInt16(truncatingIfNeeded: reversed)
        }
    }

    /// Returns the number of bits of the code of a symbol.
    func bits(of symbol: Int) -> Int { symbols.count == 1 ? 0 : Int(lengths[symbol]) }

    /// Calls `body` for each symbol whose code has bits, with the code, its first bit in the lowest place, and the
    /// number of its bits.
    func forEachCode(_ body: (_ symbol: Int, _ code: UInt16, _ bits: Int) -> Void) {
        guard symbols.count > 1 else { return }
        let codes = Self.canonicalCodes(lengths)
        for symbol in symbols { body(symbol, codes[symbol], Int(lengths[symbol])) }
    }

    /// True when the code is described by its symbols instead of by lengths: one symbol or two, of one byte each.
    private var isSimple: Bool { symbols.count <= 2 && symbols.allSatisfy { $0 < 256 } }

    /// The number of bits of the description of the code.
    var descriptionBits: Int {
        guard !isSimple else {
            return 3 + (symbols[0] < 2 ? 1 : 8) + (symbols.count == 2 ? 8 : 0)
        }
        return VP8LCodeLengths(lengths).bits
    }

    /// Appends the description of the code to `bits`.
    func writeDescription(to bits: inout VP8LBits) {
        guard isSimple else { return VP8LCodeLengths(lengths).write(to: &bits) }
        bits.append(1, count: 1)
        bits.append(symbols.count - 1, count: 1)
        let isShort = symbols[0] < 2
        bits.append(isShort ? 0 : 1, count: 1)
        bits.append(symbols[0], count: isShort ? 1 : 8)
        if symbols.count == 2 { bits.append(symbols[1], count: 8) }
    }
}
