// SPDX-License-Identifier: Apache-2.0

/// The division of tokens into blocks, and the length of the resulting deflate stream.
struct DeflateStream {
    private let blocks: [(range: Range<Int>, block: DeflateBlock)]
    /// The number of bytes that the stream stands for.
    private let rawBytes: Int
    /// True when the bytes themselves are shorter than their tokens.
    private let isStored: Bool
    /// The length of the stream in bytes.
    let bytes: Int

    /// The largest number of parts that may become blocks of their own.
    private static let parts = 32
    /// The least number of tokens of a part.
    private static let partTokens = 384
    /// The largest number of bytes of a stored block (RFC 1951, 3.2.4).
    private static let storedBytes = 65535

    /// Creates the stream of all tokens.
    ///
    /// - Parameter rawBytes: The number of bytes that the tokens stand for.
    init(_ tokens: DeflateTokens, rawBytes: Int) {
        var ranges: [Range<Int>] = []
        var histograms: [DeflateHistogram] = []
        let count = max(1, min(Self.parts, tokens.count / Self.partTokens))
        for part in 0..<count {
            let range = tokens.count * part / count..<tokens.count * (part + 1) / count
            ranges.append(range)
            histograms.append(DeflateHistogram(tokens, range))
        }
        let whole = DeflateBlock(
            histograms.dropFirst().reduce(into: histograms[0]) { $0.add($1) })
        Self.merge(&ranges, &histograms)
        var blocks = zip(ranges, histograms.map { DeflateBlock($0) }).map { ($0.0, $0.1) }
        if blocks.reduce(0, { $0 + $1.1.bits }) >= whole.bits { blocks = [(0..<tokens.count, whole)] }
        self.blocks = blocks
        self.rawBytes = rawBytes
        let coded = (blocks.reduce(0) { $0 + $1.1.bits } + 7) / 8
        let stored = rawBytes + 5 * max(1, (rawBytes + Self.storedBytes - 1) / Self.storedBytes)
        isStored = stored < coded
        bytes = min(stored, coded)
    }

    /// Merges neighbouring parts as long as that makes the stream shorter.
    private static func merge(_ ranges: inout [Range<Int>], _ histograms: inout [DeflateHistogram]) {
        var bits = histograms.map(\.estimatedBits)
        func gain(_ index: Int) -> Int {
            bits[index] + bits[index + 1] - histograms[index].estimatedBits(with: histograms[index + 1])
        }
        var gains = (0..<ranges.count - 1).map { gain($0) }
        while let best = gains.indices.max(by: { gains[$0] < gains[$1] }), gains[best] > 0 {
            histograms[best].add(histograms.remove(at: best + 1))
            ranges[best] = ranges[best].lowerBound..<ranges.remove(at: best + 1).upperBound
            bits.remove(at: best + 1)
            bits[best] = histograms[best].estimatedBits
            gains.remove(at: best)
            for index in [best - 1, best] where gains.indices.contains(index) { gains[index] = gain(index) }
        }
    }

    /// The costs of tokens in the codes of the longest block.
    var costs: DeflateCosts {
        let longest = blocks.max { $0.range.count < $1.range.count }
        return longest?.block.costs ?? .initial
    }

    /// Appends the stream of the same tokens.
    ///
    /// - Parameter isLast: True to end the stream and to complete its last byte, false if further blocks follow.
    func write(_ tokens: DeflateTokens, isLast: Bool = true, to writer: inout BitWriter) {
        guard !isStored else { return writeStored(tokens, isLast: isLast, to: &writer) }
        for (index, part) in blocks.enumerated() {
            part.block.write(
                tokens, part.range, isLast: isLast && index == blocks.count - 1, to: &writer)
        }
        if isLast { writer.completeByte() }
    }

    private func writeStored(_ tokens: DeflateTokens, isLast: Bool, to writer: inout BitWriter) {
        var raw: [UInt8] = []
        raw.reserveCapacity(rawBytes)
        for index in 0..<tokens.count {
            let token = tokens[index]
            if token.length == 0 { raw.append(UInt8(truncatingIfNeeded: token.value)) }
            for _ in 0..<token.length { raw.append(raw[raw.count - Int(token.value)]) }
        }
        for start in stride(from: 0, to: raw.count, by: Self.storedBytes) {
            let end = min(raw.count, start + Self.storedBytes)
            writer.reserve(8)
            writer.append(isLast && end == raw.count ? 1 : 0, count: 3)
            writer.completeByte()
            let length = UInt64(end - start)
            writer.append(length, count: 16)
            writer.append(~length & 0xFFFF, count: 16)
            writer.completeByte()
            writer.append(bytes: raw[start..<end])
        }
    }
}
