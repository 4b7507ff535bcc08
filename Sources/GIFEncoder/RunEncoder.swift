// SPDX-License-Identifier: Apache-2.0

/// An encoder of runs of equal pixels. Its codes are those of the usual LZW encoder, which takes the longest string
/// that has a code, but it takes one step for each code and each run, not for each pixel.
///
/// One encoder serves all frames, because its tables are larger than most of them.
struct RunEncoder: ~Copyable {
    private var literalBits = 0
    private var table = StringTable()
    private var counts = StringTable.Counts()
    /// The codes since the last clear code, each at the position of the string that it has added.
    private var codes = InlineArray<4096, UInt16>(repeating: 0)
    private var writer = CodeWriter()
    /// The string that the pixels since the last code match; nil when there are none.
    private var match: StringTable.Match?

    /// Begins the data of a frame.
    ///
    /// - Parameter literalBits: The number of bits of a literal code, 2...8.
    mutating func begin(literalBits: Int) {
        self.literalBits = literalBits
        counts = table.clear(literalBits: literalBits)
        writer = CodeWriter()
        match = nil
        write([UInt16(truncatingIfNeeded: 1 << literalBits)], bits: literalBits + 1)
    }

    private mutating func write(_ codes: [UInt16], bits: Int) { writer.append(codes.span, bits: bits) }

    /// Appends equal rows of pixels.
    ///
    /// - Parameters:
    ///   - row: The runs of a row, of which two side by side have different indices.
    ///   - times: The number of rows.
    mutating func append(_ row: [Run], times: Int) {
        for _ in 0..<times { append(row.span) }
    }

    private mutating func append(_ row: Span<Run>) {
        // Local copies, because the compiler keeps them in registers.
        var counts = counts
        var match = match ?? table.start(row[0].index)
        for place in row.indices {
            let index = row[place].index
            var left = Int(row[place].count)
            if match.chain.index != index {
                let code = table.code(match)
                if let longer = table.continuation(of: code, index) {
                    match = longer
                } else {
                    codes[counts.next & 4095] = code
                    table.begin(after: code, index, &counts)
                    if counts.next == StringTable.capacity { counts = clear() }
                    match = table.start(index)
                }
            }
            while left > match.chain.count &- match.length {
                left &-= match.chain.count &- match.length
                match.length = match.chain.count
                codes[counts.next & 4095] = table.code(match)
                table.extend(match, &counts)
                if counts.next == StringTable.capacity { counts = clear() }
                match = table.start(index)
            }
            match.length &+= left
        }
        self.counts = counts
        self.match = match
    }

    /// Clears the full table.
    @inline(never)
    private mutating func clear() -> StringTable.Counts {
        writeCodes(to: StringTable.capacity)
        write([UInt16(truncatingIfNeeded: 1 << literalBits)], bits: 12)
        return table.clear(literalBits: literalBits)
    }

    /// Writes the codes of all strings of the table up to `next`.
    private mutating func writeCodes(to next: Int) {
        // The decoder has one string less, so that a code of a power of two is the first one whose string it knows.
        var (from, bits) = (1 << literalBits + 2, literalBits + 1)
        while from < next {
            let end = min(next, 1 << bits + 1)
            writer.append(codes.span.extracting(from..<end), bits: bits)
            (from, bits) = (end, bits + 1)
        }
    }

    /// Returns the data after the last row.
    mutating func finish() -> [UInt8] {
        if let match {
            codes[counts.next & 4095] = table.code(match)
            counts.next += 1
        }
        writeCodes(to: counts.next)
        // The last code, which has added no string, has as many bits as the next one would have.
        let bits = Int.bitWidth - max(1 << literalBits + 1, counts.next - 1).leadingZeroBitCount
        write([UInt16(truncatingIfNeeded: 1 << literalBits + 1)], bits: min(12, bits))
        writer.finish()
        return writer.bytes
    }
}
