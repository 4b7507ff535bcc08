// SPDX-License-Identifier: Apache-2.0

/// A prefix code of a lossless bitstream (RFC 9649, section 3.7.2).
struct LosslessPrefixCode {
    /// The length of the longest code in bits, 0...15; 0 for a code of one symbol, which takes no bits.
    private let longest: Int
    /// The symbol, times 16, plus the length of its code, at each value of the next `longest` bits.
    private let table: [UInt16]

    /// Creates a code from the lengths of the codes of its symbols, 0...15 bits; nil unless the lengths are those of
    /// a complete code or of a single symbol. There are at most 4096 symbols.
    init?(lengths: ArraySlice<UInt8>) {
        var counts = [Int](repeating: 0, count: 16)
        for length in lengths { counts[Int(length)] += 1 }
        counts[0] = 0
        let used = counts.reduce(0, +)
        if used == 1, let symbol = lengths.firstIndex(where: { $0 > 0 }) {
            longest = 0
            table = [UInt16(symbol - lengths.startIndex) << 4]
            return
        }
        let space = (1...15).reduce(0) { $0 + counts[$1] << (15 - $1) }
        guard space == 1 << 15 else { return nil }
        var first = [Int](repeating: 0, count: 16)
        for length in 1...15 { first[length] = (first[length - 1] + counts[length - 1]) << 1 }
        let longest = counts.lastIndex { $0 > 0 } ?? 0
        var table = [UInt16](repeating: 0, count: 1 << longest)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            let length = Int(length)
            // The first bit of a code is its highest, and the first bit of the stream is the lowest.
            let code = (0..<length).reduce(0) { $0 << 1 | first[length] >> $1 & 1 }
            first[length] += 1
            for place in stride(from: code, to: 1 << longest, by: 1 << length) {
                table[place] = UInt16(symbol) << 4 | UInt16(length)
            }
        }
        (self.longest, self.table) = (longest, table)
    }

    /// Reads the next symbol.
    ///
    /// - Parameter bytes: The whole file.
    @inline(__always)
    func symbol(_ bits: inout LosslessBits, _ bytes: Span<UInt8>) -> Int {
        let entry = table[Int(truncatingIfNeeded: bits.peek(bytes) & (1 << UInt64(longest) - 1))]
        bits.skip(Int(entry & 15))
        return Int(entry >> 4)
    }
}
