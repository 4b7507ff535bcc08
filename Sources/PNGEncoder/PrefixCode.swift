// SPDX-License-Identifier: Apache-2.0

/// A prefix code, whose codes follow from their lengths (RFC 1951, 3.2.2).
struct PrefixCode {
    /// The length of the code of each symbol in bits; 0 for a symbol without a code.
    let lengths: [UInt8]

    /// Creates the code with these lengths.
    init(lengths: [UInt8]) { self.lengths = lengths }

    /// Returns the code of each symbol, which the lengths alone do not need. Its first bit is the lowest, as it is
    /// written.
    func codes() -> [UInt16] {
        var counts = [UInt16](repeating: 0, count: 17)
        for length in lengths where length > 0 { counts[Int(length)] += 1 }
        var next = [UInt16](repeating: 0, count: 17)
        for length in 1...15 { next[length + 1] = (next[length] &+ counts[length]) &<< 1 }
        return lengths.map { length in
            guard length > 0 else { return 0 }
            defer { next[Int(length)] &+= 1 }
            var code: UInt16 = 0
            for bit in 0..<UInt16(length) where next[Int(length)] >> bit & 1 == 1 {
                code |= 1 << (UInt16(length) - 1 - bit)
            }
            return code
        }
    }

    /// Creates a code that is nearly optimal for symbols of these frequencies.
    ///
    /// - Parameters:
    ///   - frequencies: The frequency of each symbol. A symbol of frequency 0 has no code.
    ///   - longest: The largest length of a code in bits.
    init(frequencies: [UInt32], longest: Int) {
        self.init(lengths: Self.lengths(frequencies, longest: longest))
    }

    private static func lengths(_ frequencies: [UInt32], longest: Int) -> [UInt8] {
        var lengths = [UInt8](repeating: 0, count: frequencies.count)
        // The frequency above the symbol, so that the order is the same on every machine.
        let sorted = frequencies.indices.filter { frequencies[$0] > 0 }
            .map { UInt64(frequencies[$0]) << 16 | UInt64($0) }.sorted()
        guard sorted.count > 1 else {
            // The format has no code of length 0: a single symbol has 1 bit.
            for entry in sorted { lengths[Int(entry & 0xFFFF)] = 1 }
            return lengths
        }
        var counts = [Int](repeating: 0, count: max(64, longest + 1))
        for depth in depths(sorted.map { $0 >> 16 }) { counts[min(depth, longest)] += 1 }
        // Codes that are too long were shortened. Others become longer until the codes fit again: the sum of
        // 2^-length is at most 1.
        var sum = (1...longest).reduce(0) { $0 + counts[$1] << (longest - $1) }
        while sum > 1 << longest {
            counts[longest] -= 1
            if let length = (1..<longest).last(where: { counts[$0] > 0 }) {
                counts[length] -= 1
                counts[length + 1] += 2
            }
            sum -= 1
        }
        var index = sorted.count
        for length in 1...longest {
            for _ in 0..<counts[length] {
                index -= 1
                lengths[Int(sorted[index] & 0xFFFF)] = UInt8(length)
            }
        }
        return lengths
    }

    /// Returns the depth of each leaf of the Huffman tree of these weights, which are sorted upwards (A. Moffat, J.
    /// Katajainen: "In-Place Calculation of Minimum-Redundancy Codes", 1995).
    private static func depths(_ weights: [UInt64]) -> [Int] {
        var nodes = weights.map { Int($0) }
        let count = nodes.count
        // First the parent of each inner node, with the sum of its weights while it has no parent yet.
        var (root, leaf) = (0, 0)
        for next in 0..<count - 1 {
            var sum = 0
            for _ in 0..<2 {
                if leaf >= count || (root < next && nodes[root] < nodes[leaf]) {
                    sum += nodes[root]
                    nodes[root] = next
                    root += 1
                } else {
                    sum += nodes[leaf]
                    leaf += 1
                }
            }
            nodes[next] = sum
        }
        // Then the depth of each inner node, and the number of leaves of each depth.
        nodes[count - 2] = 0
        for index in stride(from: count - 3, through: 0, by: -1) { nodes[index] = nodes[nodes[index]] + 1 }
        var depths = [Int](repeating: 0, count: count)
        var (available, used, depth, inner, next) = (1, 0, 0, count - 2, count - 1)
        while available > 0 {
            while inner >= 0, nodes[inner] == depth {
                used += 1
                inner -= 1
            }
            while available > used {
                depths[next] = depth
                next -= 1
                available -= 1
            }
            (available, used, depth) = (2 * used, 0, depth + 1)
        }
        return depths
    }
}
