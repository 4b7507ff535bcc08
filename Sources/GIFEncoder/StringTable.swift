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

    /// A chain of strings that differ in the number of pixels at their ends.
    struct Chain: BitwiseCopyable {
        /// The index of the pixels at the ends.
        var index: UInt8
        /// The position of the code of the shortest string among `codes`; the others follow.
        var start: UInt16
        /// The number of strings.
        var count: UInt16
        /// The number of codes for which there is room.
        var room: UInt16
    }

    private var chains = InlineArray<4096, Chain>(repeating: Chain(index: 0, start: 0, count: 0, room: 0))
    private var chainCount = 0
    /// The codes of the strings of all chains. A chain moves when it has no more room, to a place of twice the room: a
    /// chain of c strings has taken less than 4 * c of them.
    private var codes = InlineArray<16384, UInt16>(repeating: 0)
    private var codeCount = 0
    /// The places of a hash table of the chains but the first ones: the code of the string that a chain continues, its
    /// index and its position, in 12, 8 and 12 bits; `free` for none.
    private var places = InlineArray<8192, UInt32>(repeating: Self.free)
    /// The code of the next string.
    private(set) var next = 0

    /// No chain has this position, because the first chains are those of the literals.
    private static let free: UInt32 = 0

    /// Removes all strings but those of one pixel. Chain `index` is that of the runs of this index.
    mutating func clear(literalBits: Int) {
        let literals = 1 << literalBits
        next = literals + 2
        for literal in 0..<literals {
            chains[literal] = Chain(
                index: UInt8(truncatingIfNeeded: literal), start: UInt16(truncatingIfNeeded: literal),
                count: 1,
                room: 1)
            codes[literal] = UInt16(truncatingIfNeeded: literal)
        }
        (chainCount, codeCount) = (literals, literals)
        for place in places.indices { places[place] = Self.free }
    }

    /// Returns a chain.
    @inline(__always)
    func chain(_ position: Int) -> Chain { chains[position & 4095] }

    /// Returns the code of a string of a chain.
    ///
    /// - Parameters:
    ///   - length: The position of the string in the chain, from 1.
    @inline(__always)
    func code(_ chain: Chain, _ length: Int) -> Int { Int(codes[(Int(chain.start) &+ length &- 1) & 16383]) }

    /// Gives the next code to the string that is one pixel longer than the longest one of a chain.
    @inline(__always)
    mutating func extend(_ position: Int) {
        var chain = chains[position & 4095]
        if chain.count == chain.room { move(&chain) }
        codes[Int(chain.start &+ chain.count) & 16383] = UInt16(truncatingIfNeeded: next)
        chain.count &+= 1
        chains[position & 4095] = chain
        next &+= 1
    }

    private mutating func move(_ chain: inout Chain) {
        let start = codeCount
        for place in 0..<Int(chain.count) { codes[start + place] = codes[Int(chain.start) + place] }
        chain.start = UInt16(truncatingIfNeeded: start)
        chain.room *= 2
        codeCount += Int(chain.room)
    }

    /// Returns the position of the chain that continues the string of a code with pixels of an index; nil if no string
    /// does.
    @inline(__always)
    func continuation(of code: Int, _ index: UInt8) -> Int? {
        let key = Self.key(code, index)
        var place = Self.hash(key)
        while true {
            let entry = places[place]
            if entry == Self.free { return nil }
            if entry >> 12 == key { return Int(entry & 4095) }
            place = (place &+ 1) & 8191
        }
    }

    /// Gives the next code to the string that continues the string of a code with one pixel.
    @inline(__always)
    mutating func begin(after code: Int, _ index: UInt8) {
        let key = Self.key(code, index)
        var place = Self.hash(key)
        while places[place] != Self.free { place = (place &+ 1) & 8191 }
        places[place] = key << 12 | UInt32(truncatingIfNeeded: chainCount)
        chains[chainCount & 4095] = Chain(
            index: index, start: UInt16(truncatingIfNeeded: codeCount), count: 1, room: 1)
        codes[codeCount & 16383] = UInt16(truncatingIfNeeded: next)
        chainCount &+= 1
        codeCount &+= 1
        next &+= 1
    }

    @inline(__always)
    private static func key(_ code: Int, _ index: UInt8) -> UInt32 {
        UInt32(truncatingIfNeeded: code) << 8 | UInt32(index)
    }

    @inline(__always)
    private static func hash(_ key: UInt32) -> Int { Int(truncatingIfNeeded: (key &* 0x9E37_79B1) >> 19) }
}
