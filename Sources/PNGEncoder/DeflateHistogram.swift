// SPDX-License-Identifier: Apache-2.0

/// The frequencies of the symbols of a deflate block, without the symbol that ends it.
struct DeflateHistogram {
    var literals = [UInt32](repeating: 0, count: DeflateAlphabet.literals)
    var distances = [UInt32](repeating: 0, count: DeflateAlphabet.distances)
    /// The number of extra bits of all lengths and distances.
    var extraBits = 0

    init() {}

    /// Creates the histogram of a range of tokens.
    init(_ tokens: DeflateTokens, _ range: Range<Int>) {
        for index in range { add(tokens[index]) }
    }

    private mutating func add(_ token: DeflateTokens.Token) {
        guard token.length > 0 else { return literals[Int(token.value)] += 1 }
        let (longest, last, secondLast) = DeflateAlphabet.split(Int(token.length))
        let distance = DeflateAlphabet.distance(Int(token.value))
        var matches = longest
        literals[DeflateAlphabet.longestMatchSymbol] += UInt32(longest)
        if last > 0 { matches += add(length: last) }
        if secondLast > 0 { matches += add(length: secondLast) }
        distances[distance.symbol] += UInt32(matches)
        extraBits += matches * distance.extraBits
    }

    private mutating func add(length: Int) -> Int {
        let code = DeflateAlphabet.length(length)
        literals[code.symbol] += 1
        extraBits += code.extraBits
        return 1
    }

    mutating func add(_ other: DeflateHistogram) {
        for index in literals.indices { literals[index] += other.literals[index] }
        for index in distances.indices { distances[index] += other.distances[index] }
        extraBits += other.extraBits
    }

    /// The estimated length, in bits, of the block with codes of its own: the entropy and the description of the codes.
    var estimatedBits: Int { Self.estimatedBits(extraBits, { literals[$0] }, { distances[$0] }) }

    /// Returns the estimated length, in bits, of the block with the symbols of this one and another one.
    func estimatedBits(with other: DeflateHistogram) -> Int {
        Self.estimatedBits(
            extraBits + other.extraBits, { literals[$0] + other.literals[$0] },
            { distances[$0] + other.distances[$0] })
    }

    @inline(__always)
    private static func estimatedBits(
        _ extraBits: Int, _ literals: (Int) -> UInt32, _ distances: (Int) -> UInt32
    ) -> Int {
        var header = 90
        for symbol in 0..<DeflateAlphabet.literals where literals(symbol) > 0 { header += 5 }
        for symbol in 0..<DeflateAlphabet.distances where distances(symbol) > 0 { header += 4 }
        return header + extraBits + Logarithm.entropy(DeflateAlphabet.literals, literals)
            + Logarithm.entropy(DeflateAlphabet.distances, distances)
    }
}
