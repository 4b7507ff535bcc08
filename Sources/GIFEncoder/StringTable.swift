// SPDX-License-Identifier: Apache-2.0

/// The strings of pixels that have codes. They are found by runs of equal pixels instead of single ones.
///
/// With a string, every beginning of it has a code. So all strings that are the same one followed by any number of
/// equal pixels are a chain: the longest match of a run of pixels is found in one step. The first chains are those of
/// the runs themselves.
///
/// Chains and codes are at most 4096, so that positions among them are cut to 12 bits instead of being checked.
struct StringTable: ~Copyable {
    /// The largest number of codes.
    static let capacity = 4096

    /// A chain of strings that differ in the number of pixels at their ends. It is one number, because it is read and
    /// written as one.
    struct Chain: BitwiseCopyable {
        private var bits: UInt64

        init(index: UInt8, start: Int, sibling: UInt16) {
            bits = UInt64(index) | 1 << 16 | UInt64(truncatingIfNeeded: start) << 32 | UInt64(sibling) << 48
        }

        /// The index of the pixels at the ends.
        var index: UInt8 { UInt8(truncatingIfNeeded: bits) }
        /// The number of strings. There is room for 8 codes, or for a power of two that is not below.
        var count: Int { Int(bits >> 16 & 0xFFFF) }
        /// The position of the code of the shortest string among `codes`; the others follow.
        var start: Int { Int(bits >> 32 & 0xFFFF) }
        /// The position of the next chain that continues the same string with another index; 0 for none.
        var sibling: Int { Int(bits >> 48) }

        /// Returns the chain with one string more.
        @inline(__always)
        func longer(start: Int) -> Chain {
            var chain = self
            chain.bits &+= 1 << 16
            chain.bits ^= UInt64(truncatingIfNeeded: start ^ self.start) << 32
            return chain
        }
    }

    /// A string that has a code.
    struct Match: BitwiseCopyable {
        /// The position of its chain.
        var position: Int
        var chain: Chain
        /// The position of the string in its chain, from 1; 0 for the empty string before the chain of an index.
        var length: Int
    }

    /// The used parts of the table. The encoder has them in registers.
    struct Counts: BitwiseCopyable {
        /// The number of chains.
        var chains = 0
        /// The number of codes of the places of chains that have moved.
        var moved = 0
        /// The code of the next string.
        var next = 0
    }

    private static let leastRoom = 8

    private var chains = InlineArray<4096, Chain>(repeating: Chain(index: 0, start: 0, sibling: 0))
    /// The codes of the strings of all chains. The first half has the first eight places of each chain. A chain without
    /// more room moves to a place of twice the room in the second half, of which a chain of c strings takes less than
    /// 4 * c codes.
    private var codes = InlineArray<65536, UInt16>(repeating: 0)
    /// The position of the newest chain that continues the string of each code; 0 for none, because the first chains
    /// continue no string.
    private var continuations = InlineArray<4096, UInt16>(repeating: 0)

    /// Removes all strings but those of one pixel, and returns the counts then. Chain `index` is that of the runs of
    /// this index.
    mutating func clear(literalBits: Int) -> Counts {
        let literals = 1 << literalBits
        for literal in 0..<literals {
            add(literal, UInt8(truncatingIfNeeded: literal), code: literal, sibling: 0)
        }
        return Counts(chains: literals, next: literals + 2)
    }

    /// Adds a chain of one string.
    @inline(__always)
    private mutating func add(_ position: Int, _ index: UInt8, code: Int, sibling: UInt16) {
        let start = Self.leastRoom &* (position & 4095)
        chains[position & 4095] = Chain(index: index, start: start, sibling: sibling)
        codes[start] = UInt16(truncatingIfNeeded: code)
        continuations[code & 4095] = 0
    }

    /// Returns the empty string before the runs of an index.
    @inline(__always)
    func start(_ index: UInt8) -> Match { Match(position: Int(index), chain: chains[Int(index)], length: 0) }

    /// Returns the code of a string that is not empty.
    @inline(__always)
    func code(_ match: Match) -> UInt16 { codes[(match.chain.start &+ match.length &- 1) & 65535] }

    /// Gives the next code to the string that is one pixel longer than the longest one of the chain of a string.
    @inline(__always)
    mutating func extend(_ match: Match, _ counts: inout Counts) {
        let count = match.chain.count
        var start = match.chain.start
        if count >= Self.leastRoom, count & (count &- 1) == 0 {
            let place = Self.leastRoom &* Self.capacity &+ counts.moved
            for offset in 0..<count {
                codes[(place &+ offset) & 65535] = codes[(start &+ offset) & 65535]
            }
            start = place & 65535
            counts.moved &+= 2 &* count
        }
        codes[(start &+ count) & 65535] = UInt16(truncatingIfNeeded: counts.next)
        continuations[counts.next & 4095] = 0
        chains[match.position & 4095] = match.chain.longer(start: start)
        counts.next &+= 1
    }

    /// Returns the empty string before the chain that continues the string of a code with pixels of an index; nil if no
    /// string does.
    @inline(__always)
    func continuation(of code: UInt16, _ index: UInt8) -> Match? {
        var position = Int(continuations[Int(code & 4095)])
        while position > 0 {
            let chain = chains[position & 4095]
            if chain.index == index { return Match(position: position, chain: chain, length: 0) }
            position = chain.sibling
        }
        return nil
    }

    /// Gives the next code to the string that continues the string of a code with one pixel.
    @inline(__always)
    mutating func begin(after code: UInt16, _ index: UInt8, _ counts: inout Counts) {
        add(counts.chains, index, code: counts.next, sibling: continuations[Int(code & 4095)])
        continuations[Int(code & 4095)] = UInt16(truncatingIfNeeded: counts.chains)
        counts.chains &+= 1
        counts.next &+= 1
    }
}
