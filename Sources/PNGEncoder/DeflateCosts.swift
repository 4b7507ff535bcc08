// SPDX-License-Identifier: Apache-2.0

/// The number of bits of each literal, length and distance, by which tokens are chosen.
struct DeflateCosts {
    /// The bits of each byte as a literal.
    let literals: [UInt32]
    /// The bits of each length, 3...258, with its extra bits.
    let lengths: [UInt32]
    /// The bits of each distance symbol, with the extra bits.
    let distances: [UInt32]

    /// The costs before any code is known: those of typical codes.
    static let initial = DeflateCosts(
        literals: [UInt8](repeating: 7, count: 256) + [UInt8](repeating: 5, count: 29)
            + [2], distances: [2] + [UInt8](repeating: 4, count: 29))

    /// The costs in the fixed codes (RFC 1951, 3.2.6).
    static let fixed = DeflateCosts(
        literals: [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
            + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 6),
        distances: [UInt8](repeating: 5, count: 30))

    /// Creates the costs of typical codes for streams in which the bytes have these frequencies as literals.
    init(bytes: [UInt32]) {
        self.init(
            literals: PrefixCode(frequencies: bytes, longest: 15).lengths
                + [UInt8](repeating: 6, count: 29) + [3], distances: [2] + [UInt8](repeating: 5, count: 29))
    }

    /// Creates the costs from the lengths of codes. A symbol without a code costs more than any with one.
    init(literals codes: [UInt8], distances distanceCodes: [UInt8]) {
        func cost(_ length: UInt8, _ other: UInt32) -> UInt32 { length == 0 ? other : UInt32(length) }
        literals = codes[..<256].map { cost($0, 13) }
        lengths = (0...DeflateAlphabet.longestMatch).map { length in
            guard length >= DeflateAlphabet.shortestMatch else { return 0 }
            let code = DeflateAlphabet.length(length)
            return cost(codes[code.symbol], 12) + UInt32(code.extraBits)
        }
        distances = (0..<DeflateAlphabet.distances).map { symbol in
            cost(symbol < distanceCodes.count ? distanceCodes[symbol] : 0, 8) + UInt32(max(0, symbol / 2 - 1))
        }
    }

    /// Returns the bits of a match of any length, at least 3, at a distance that costs `distance` bits.
    func match(_ length: Int, distance: UInt32) -> UInt32 {
        lengths.withUnsafeBufferPointer { Self.match(length, distance: distance, $0) }
    }

    /// Returns the bits of a match of any length, at least 3, of which those up to 258 cost `lengths`.
    @inline(__always)
    static func match(_ length: Int, distance: UInt32, _ lengths: UnsafeBufferPointer<UInt32>) -> UInt32 {
        if length <= DeflateAlphabet.longestMatch { return lengths[length] + distance }
        let (longest, last, secondLast) = DeflateAlphabet.split(length)
        var bits = UInt32(longest) * (lengths[DeflateAlphabet.longestMatch] + distance)
        if last > 0 { bits += lengths[last] + distance }
        if secondLast > 0 { bits += lengths[secondLast] + distance }
        return bits
    }
}
