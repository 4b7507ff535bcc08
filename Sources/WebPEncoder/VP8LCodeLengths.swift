// SPDX-License-Identifier: Apache-2.0

/// The description of a prefix code by the lengths of its codes, which are run-length coded and then coded by a prefix
/// code themselves (WebP Lossless Bitstream Specification, section 6.2.1, "Normal Code Length Code").
struct VP8LCodeLengths {
    /// A symbol of the code of lengths: a length, or a repetition with the count in extra bits.
    private struct Item {
        var symbol: UInt8
        var extra: UInt8 = 0
        var extraBits: UInt8 = 0
    }

    /// The order in which the lengths of the code of lengths are written.
    private static let order = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    /// The longest code in the code of lengths.
    private static let longest = 7

    private let items: [Item]
    /// The code of lengths.
    private let code: [UInt8]
    private let prefix: VP8LPrefixCode
    /// The number of lengths of the code of lengths that are written.
    private let written: Int
    /// True when the description states the number of items, because items of zeros at the end are left out.
    private let isCut: Bool

    /// Creates the description of the code with the given lengths.
    init(_ lengths: [UInt8]) {
        let all = Self.items(lengths)
        let count = (all.lastIndex { $0.symbol != 0 && $0.symbol != 17 && $0.symbol != 18 } ?? 0) + 1
        let isCut = count < all.count && count >= 2
        items = isCut ? Array(all[..<count]) : all
        self.isCut = isCut
        var counts = [Int](repeating: 0, count: Self.order.count)
        for item in items { counts[Int(item.symbol)] += 1 }
        let used = counts.enumerated().filter { $0.element > 0 }.map {
            VP8LFrequency(symbol: $0.offset, count: $0.element)
        }
        let prefix = VP8LPrefixCode(used, of: counts.count, longest: Self.longest)
        let code = counts.indices.map { symbol -> UInt8 in
            counts[symbol] == 0 ? 0 : UInt8(max(1, prefix.bits(of: symbol)))
        }
        self.code = code
        self.prefix = prefix
        written = max(4, (Self.order.lastIndex { code[$0] > 0 } ?? 0) + 1)
    }

    /// Returns the lengths as items.
    private static func items(_ lengths: [UInt8]) -> [Item] {
        var items: [Item] = []
        items.reserveCapacity(lengths.count)
        // A repetition of a length other than 0 before the first such length repeats an 8.
        var previous: UInt8 = 8
        var at = 0
        while at < lengths.count {
            let length = lengths[at]
            var run = 1
            while at + run < lengths.count, lengths[at + run] == length { run += 1 }
            at += run
            if length == 0 {
                while run >= 3 {
                    let part = min(run, 138)
                    items.append(
                        part < 11
                            ? Item(symbol: 17, extra: UInt8(part - 3), extraBits: 3)
                            : Item(symbol: 18, extra: UInt8(part - 11), extraBits: 7))
                    run -= part
                }
            } else {
                if length != previous {
                    items.append(Item(symbol: length))
                    run -= 1
                    previous = length
                }
                while run >= 3 {
                    let part = min(run, 6)
                    items.append(Item(symbol: 16, extra: UInt8(part - 3), extraBits: 2))
                    run -= part
                }
            }
            for _ in 0..<run { items.append(Item(symbol: length)) }
        }
        return items
    }

    /// The number of pairs of bits that state the number of items.
    private var countPairs: Int {
        var pairs = 1
        while (items.count - 2) >> (2 * pairs) > 0 { pairs += 1 }
        return pairs
    }

    /// The number of bits of the description.
    var bits: Int {
        items.reduce(5 + 3 * written + 1 + (isCut ? 3 + 2 * countPairs : 0)) {
            $0 + prefix.bits(of: Int($1.symbol)) + Int($1.extraBits)
        }
    }

    /// Appends the description to `bits`.
    func write(to bits: inout VP8LBits) {
        bits.append(0, count: 1)
        bits.append(written - 4, count: 4)
        for symbol in Self.order.prefix(written) { bits.append(Int(code[symbol]), count: 3) }
        bits.append(isCut ? 1 : 0, count: 1)
        if isCut {
            bits.append(countPairs - 1, count: 3)
            bits.append(items.count - 2, count: 2 * countPairs)
        }
        var codes = [(code: UInt16, bits: Int)](repeating: (0, 0), count: Self.order.count)
        prefix.forEachCode { codes[$0] = ($1, $2) }
        for item in items {
            let (code, count) = codes[Int(item.symbol)]
            bits.append(Int(code), count: count)
            bits.append(Int(item.extra), count: Int(item.extraBits))
        }
    }
}
