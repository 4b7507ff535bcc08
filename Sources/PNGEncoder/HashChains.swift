// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The earlier places of a stream, by a hash value of the bytes that begin there. Places count modulo 2^32.
struct HashChains: ~Copyable {
    /// The last place with each hash value.
    private let heads: Storage<UInt32>
    /// The place before with the same hash value, by the place modulo the length of the window.
    private let previous: Storage<UInt32>
    /// The number of bits of a hash value.
    static let bits = 13
    private static let window = DeflateAlphabet.longestDistance

    /// Creates chains without places. Those that are not used have no memory.
    init(isUsed: Bool = true) {
        heads = Storage(count: isUsed ? 1 << Self.bits : 0)
        previous = Storage(repeating: 0, count: isUsed ? Self.window : 0)
        clear()
    }

    /// Removes all places. Those before other places need no removal, because only inserted places lead to them.
    func clear() {
        // 2^31 is farther away than the window for every place of the first 2^31 bytes. Later it costs a comparison.
        heads.base.initialize(repeating: 1 << 31, count: heads.count)
    }

    /// The number of bytes that the chains occupy.
    static let memoryBytes = 4 * (window + 1 << bits)

    /// Returns the last place with a hash value.
    @inline(__always)
    func last(_ hash: Int) -> UInt32 { heads.base[hash] }

    /// Returns the place before `place` with the same hash value. The result is arbitrary if it is too far away.
    @inline(__always)
    func before(_ place: UInt32) -> UInt32 { previous.base[Int(place) & (Self.window - 1)] }

    @inline(__always)
    func insert(_ place: UInt32, _ hash: Int) {
        previous.base[Int(place) & (Self.window - 1)] = heads.base[hash]
        heads.base[hash] = place
    }
}
