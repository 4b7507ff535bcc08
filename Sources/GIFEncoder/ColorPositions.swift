// SPDX-License-Identifier: Apache-2.0

/// A number for each of some colours: a hash table without the protection against chosen keys that makes dictionaries
/// slower. A grid has at most 65536 colours, whatever they are.
struct ColorPositions {
    /// The colours at their places; `free` for none.
    private var keys: [UInt32]
    private var values: [Int32]
    private var shift: UInt32
    private(set) var count = 0
    private static let free = UInt32.max

    init() {
        keys = [UInt32](repeating: Self.free, count: 512)
        values = [Int32](repeating: 0, count: 512)
        shift = 23
    }

    /// Returns the number of a colour; nil if it has none.
    func value(_ color: UInt32) -> Int? {
        let place = place(color)
        return keys[place] == color ? Int(values[place]) : nil
    }

    /// Gives a number to a colour that has none.
    mutating func insert(_ color: UInt32, _ value: Int) {
        if 2 * count >= keys.count { grow() }
        let place = place(color)
        keys[place] = color
        values[place] = Int32(truncatingIfNeeded: value)
        count += 1
    }

    /// Returns the place of a colour, or the free one where it belongs.
    private func place(_ color: UInt32) -> Int {
        var place = Int(truncatingIfNeeded: (color &* 0x9E37_79B1) >> shift)
        while keys[place] != color, keys[place] != Self.free { place = (place + 1) & (keys.count - 1) }
        return place
    }

    private mutating func grow() {
        let old = (keys, values)
        keys = [UInt32](repeating: Self.free, count: 4 * old.0.count)
        values = [Int32](repeating: 0, count: 4 * old.0.count)
        shift -= 2
        for (color, value) in zip(old.0, old.1) where color != Self.free {
            let place = place(color)
            keys[place] = color
            values[place] = value
        }
    }
}
