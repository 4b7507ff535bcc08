// SPDX-License-Identifier: Apache-2.0

/// A number for each of some colours: a hash table without the protection against chosen keys that makes dictionaries
/// slower. A grid has at most 65536 colours, whatever they are.
struct ColorPositions {
    /// The colours at their places, in the upper halves, and their numbers; `free` for none.
    private var entries: [UInt64]
    private var shift: UInt32
    private var count = 0
    private static let free = UInt64.max

    init() {
        entries = [UInt64](repeating: Self.free, count: 512)
        shift = 23
    }

    /// Returns the number of a colour; nil if it has none.
    func value(_ color: UInt32) -> Int? {
        let entries = entries.span
        let entry = entries[Self.place(color, entries, shift)]
        return entry == Self.free ? nil : Int(entry & 0xFFFF_FFFF)
    }

    /// Gives a number to a colour unless it has one, and returns the one that it has.
    @inline(__always)
    mutating func insert(_ color: UInt32, _ value: Int) -> Int {
        let place = Self.place(color, entries.span, shift)
        let entry = entries[place]
        if entry != Self.free { return Int(entry & 0xFFFF_FFFF) }
        entries[place] = UInt64(color) << 32 | UInt64(value)
        count += 1
        if 2 * count > entries.count { grow() }
        return value
    }

    /// Returns the place of a colour, or the free one where it belongs.
    @inline(__always)
    private static func place(_ color: UInt32, _ entries: Span<UInt64>, _ shift: UInt32) -> Int {
        var place = Int(truncatingIfNeeded: (color &* 0x9E37_79B1) &>> shift)
        while true {
            let entry = entries[place]
            if entry &>> 32 == UInt64(color) || entry == free { return place }
            place = (place &+ 1) & (entries.count &- 1)
        }
    }

    private mutating func grow() {
        let old = entries
        entries = [UInt64](repeating: Self.free, count: 4 * old.count)
        shift -= 2
        for entry in old where entry != Self.free {
            entries[Self.place(UInt32(truncatingIfNeeded: entry >> 32), entries.span, shift)] = entry
        }
    }
}
