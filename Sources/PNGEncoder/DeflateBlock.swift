// SPDX-License-Identifier: Apache-2.0

/// The prefix codes of one deflate block with dynamic or fixed codes, and their cost (RFC 1951, 3.2.6 and 3.2.7).
struct DeflateBlock {
    private let literals: PrefixCode
    private let distances: PrefixCode
    /// The description of dynamic codes: the symbols 0...18 with their extra bits; empty for fixed codes.
    private let description: [DeflateAlphabet.Code]
    private let descriptionCode: PrefixCode
    private let isDynamic: Bool
    /// The length of the block in bits, with its header and its end.
    let bits: Int

    /// The order in which the lengths of the codes of a description are written (RFC 1951, 3.2.7).
    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    private static let fixedLiterals = PrefixCode(
        lengths: [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
            + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8))
    private static let fixedDistances = PrefixCode(lengths: [UInt8](repeating: 5, count: 30))

    /// Creates the codes of a block: the dynamic codes, or the fixed ones if the block is then shorter.
    init(_ histogram: DeflateHistogram) {
        var frequencies = histogram.literals
        frequencies[DeflateAlphabet.endOfBlock] = 1
        let literals = PrefixCode(frequencies: frequencies, longest: 15)
        let distances = PrefixCode(frequencies: histogram.distances, longest: 15)
        let literalCount = max(257, (literals.lengths.lastIndex { $0 > 0 } ?? 0) + 1)
        let distanceCount = max(1, (distances.lengths.lastIndex { $0 > 0 } ?? 0) + 1)
        let description = Self.describe(
            Array(literals.lengths[..<literalCount] + distances.lengths[..<distanceCount]))
        var descriptionFrequencies = [UInt32](repeating: 0, count: 19)
        for code in description { descriptionFrequencies[code.symbol] += 1 }
        let descriptionCode = PrefixCode(frequencies: descriptionFrequencies, longest: 7)
        var header = 3 + 14 + 3 * Self.lengthsWritten(descriptionCode)
        for code in description { header += Int(descriptionCode.lengths[code.symbol]) + code.extraBits }
        func data(_ literals: PrefixCode, _ distances: PrefixCode) -> Int {
            zip(frequencies, literals.lengths).reduce(histogram.extraBits) { $0 + Int($1.0) * Int($1.1) }
                + zip(histogram.distances, distances.lengths).reduce(0) { $0 + Int($1.0) * Int($1.1) }
        }
        let dynamic = header + data(literals, distances)
        let fixed = 3 + data(Self.fixedLiterals, Self.fixedDistances)
        isDynamic = dynamic < fixed
        bits = min(dynamic, fixed)
        self.literals = isDynamic ? literals : Self.fixedLiterals
        self.distances = isDynamic ? distances : Self.fixedDistances
        self.description = isDynamic ? description : []
        self.descriptionCode = descriptionCode
        self.literalCount = literalCount
        self.distanceCount = distanceCount
    }

    private let literalCount: Int
    private let distanceCount: Int

    /// Returns the number of lengths of the codes of the description that are written, at least 4.
    private static func lengthsWritten(_ code: PrefixCode) -> Int {
        max(4, (order.lastIndex { code.lengths[$0] > 0 } ?? 0) + 1)
    }

    /// Returns the lengths of codes with repetitions: 16 repeats the last length 3 to 6 times, 17 and 18 repeat the
    /// length 0.
    private static func describe(_ lengths: [UInt8]) -> [DeflateAlphabet.Code] {
        var symbols: [DeflateAlphabet.Code] = []
        func add(_ symbol: Int, bits: Int = 0, _ extra: Int = 0) {
            symbols.append(DeflateAlphabet.Code(symbol: symbol, extraBits: bits, extra: extra))
        }
        var index = 0
        while index < lengths.count {
            let length = lengths[index]
            var run = lengths[index...].prefix { $0 == length }.count
            index += run
            if length > 0 {
                add(Int(length))
                run -= 1
            }
            while run > 0 {
                if length == 0, run >= 11 {
                    let count = min(run, 138)
                    add(18, bits: 7, count - 11)
                    run -= count
                } else if length == 0, run >= 3 {
                    add(17, bits: 3, run - 3)
                    run = 0
                } else if length > 0, run >= 3 {
                    // 7 is written as 4 and 3, because single lengths cost more.
                    let count = run == 7 ? 4 : min(run, 6)
                    add(16, bits: 2, count - 3)
                    run -= count
                } else {
                    add(Int(length))
                    run -= 1
                }
            }
        }
        return symbols
    }

    /// Appends the block with a range of tokens, of which the histogram was made.
    func write(
        _ tokens: DeflateTokens, _ range: Range<Int>, isLast: Bool, to writer: inout BitWriter
    ) {
        // The lengths of `bits` and of the bytes that are pending.
        writer.reserve(bits / 8 + 16)
        writer.append(isLast ? 1 : 0, count: 1)
        writer.append(isDynamic ? 2 : 1, count: 2)
        if isDynamic { writeDescription(to: &writer) }
        let (codes, distanceCodes) = (literals.codes(), distances.codes())
        for index in range {
            let token = tokens[index]
            guard token.length > 0 else {
                writer.append(
                    UInt64(codes[Int(token.value)]), count: Int(literals.lengths[Int(token.value)]))
                continue
            }
            let distance = DeflateAlphabet.distance(Int(token.value))
            let distanceLength = Int(distances.lengths[distance.symbol])
            let distanceBits =
                UInt64(distanceCodes[distance.symbol]) | UInt64(distance.extra) << UInt64(distanceLength)
            let distanceCount = distanceLength + distance.extraBits
            let (longest, last, secondLast) = DeflateAlphabet.split(Int(token.length))
            if longest > 0 {
                let code = UInt64(codes[DeflateAlphabet.longestMatchSymbol])
                let length = Int(literals.lengths[DeflateAlphabet.longestMatchSymbol])
                if length + distanceCount <= 32 {
                    let bits = code | distanceBits << UInt64(length)
                    for _ in 0..<longest { writer.append(bits, count: length + distanceCount) }
                } else {
                    for _ in 0..<longest {
                        writer.append(code, count: length)
                        writer.append(distanceBits, count: distanceCount)
                    }
                }
            }
            if secondLast > 0 {
                append(length: secondLast, codes, to: &writer)
                writer.append(distanceBits, count: distanceCount)
            }
            if last > 0 {
                append(length: last, codes, to: &writer)
                writer.append(distanceBits, count: distanceCount)
            }
        }
        writer.append(
            UInt64(codes[DeflateAlphabet.endOfBlock]),
            count: Int(literals.lengths[DeflateAlphabet.endOfBlock]))
    }

    private func append(length: Int, _ codes: [UInt16], to writer: inout BitWriter) {
        let code = DeflateAlphabet.length(length)
        let bits = Int(literals.lengths[code.symbol])
        writer.append(
            UInt64(codes[code.symbol]) | UInt64(code.extra) << UInt64(bits),
            count: bits + code.extraBits)
    }

    private func writeDescription(to writer: inout BitWriter) {
        let written = Self.lengthsWritten(descriptionCode)
        writer.append(UInt64(literalCount - 257), count: 5)
        writer.append(UInt64(distanceCount - 1), count: 5)
        writer.append(UInt64(written - 4), count: 4)
        for symbol in Self.order[..<written] {
            writer.append(UInt64(descriptionCode.lengths[symbol]), count: 3)
        }
        let codes = descriptionCode.codes()
        for code in description {
            let bits = Int(descriptionCode.lengths[code.symbol])
            writer.append(
                UInt64(codes[code.symbol]) | UInt64(code.extra) << UInt64(bits),
                count: bits + code.extraBits)
        }
    }

    /// Returns the cost of symbols in these codes, for the choice of tokens.
    var costs: DeflateCosts { DeflateCosts(literals: literals.lengths, distances: distances.lengths) }
}
