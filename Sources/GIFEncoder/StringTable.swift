// SPDX-License-Identifier: Apache-2.0

/// The strings of pixels that have codes. They are found by runs of equal pixels instead of single ones.
///
/// With a string, every beginning of it has a code. So all strings that are the same one followed by any number of
/// equal pixels are a chain: the longest match of a run of pixels is found in one step. The first chains are those of
/// the runs themselves.
struct StringTable {
    /// The largest number of codes.
    static let capacity = 4096

    /// A chain of strings that differ in the number of pixels at their ends.
    struct Chain {
        /// The index of the pixels at the ends.
        var index: UInt8
        /// The position of the code of the shortest string among `codes`; the others follow.
        var start: Int
        /// The number of strings.
        var count: Int
        /// The number of codes for which there is room.
        var room: Int
    }

    /// The number of bits of a literal code.
    private let literalBits: Int
    private(set) var chains: [Chain] = []
    private var codes: [UInt16] = []
    /// The position of a chain among `chains` plus 1, at the hash of its index and of the code of the string that it
    /// continues; 0 for none.
    private var places = InlineArray<8192, UInt16>(repeating: 0)
    /// The code and the index of each of `places`.
    private var keys = InlineArray<8192, UInt32>(repeating: 0)
    /// The code of the next string.
    private(set) var next = 0

    init(literalBits: Int) {
        self.literalBits = literalBits
        clear()
    }

    /// Removes all strings but those of one pixel. Chain `index` is that of the runs of this index.
    mutating func clear() {
        next = 1 << literalBits + 2
        chains.removeAll(keepingCapacity: true)
        codes.removeAll(keepingCapacity: true)
        for literal in 0..<1 << literalBits {
            chains.append(
                Chain(index: UInt8(truncatingIfNeeded: literal), start: literal, count: 1, room: 1))
            codes.append(UInt16(truncatingIfNeeded: literal))
        }
        for place in places.indices { places[place] = 0 }
    }

    /// Returns the code of a string of a chain.
    ///
    /// - Parameters:
    ///   - length: The position of the string in the chain, from 1.
    func code(_ chain: Int, _ length: Int) -> Int { Int(codes[chains[chain].start + length - 1]) }

    /// Gives the next code to the string that is one pixel longer than the longest one of a chain.
    mutating func extend(_ chain: Int) {
        var changed = chains[chain]
        if changed.count == changed.room {
            let start = codes.count
            for at in changed.start..<changed.start + changed.count { codes.append(codes[at]) }
            for _ in 0..<changed.room { codes.append(0) }
            changed.start = start
            changed.room *= 2
        }
        codes[changed.start + changed.count] = UInt16(truncatingIfNeeded: next)
        changed.count += 1
        chains[chain] = changed
        next += 1
    }

    /// Returns the chain that continues the string of a code with pixels of an index; nil if no string does.
    func chain(after code: Int, _ index: UInt8) -> Int? {
        let place = place(code, index)
        return places[place] == 0 ? nil : Int(places[place]) - 1
    }

    /// Gives the next code to the string that continues the string of a code with one pixel.
    mutating func begin(after code: Int, _ index: UInt8) {
        let place = place(code, index)
        chains.append(Chain(index: index, start: codes.count, count: 1, room: 1))
        codes.append(UInt16(truncatingIfNeeded: next))
        keys[place] = key(code, index)
        places[place] = UInt16(truncatingIfNeeded: chains.count)
        next += 1
    }

    private func key(_ code: Int, _ index: UInt8) -> UInt32 {
        UInt32(truncatingIfNeeded: code) << 8 | UInt32(index)
    }

    /// Returns the place of a chain, or the free one where it belongs.
    private func place(_ code: Int, _ index: UInt8) -> Int {
        let key = key(code, index)
        var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B1) >> 19)
        while places[place] != 0, keys[place] != key { place = (place + 1) & (places.count - 1) }
        return place
    }
}
