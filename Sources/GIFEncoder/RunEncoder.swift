// SPDX-License-Identifier: Apache-2.0

/// An encoder of runs of equal pixels. Its codes are those of the usual LZW encoder, which takes the longest string
/// that has a code, but it takes one step for each code and each run, not for each pixel.
struct RunEncoder {
    private let literalBits: Int
    private var table: StringTable
    private var writer = CodeWriter()
    private var bits: Int
    /// The chain of the string that the pixels since the last code match; nil when there are none.
    private var chain: Int?
    /// The position of that string in its chain, from 1.
    private var length = 0

    /// Creates an encoder.
    ///
    /// - Parameter literalBits: The number of bits of a literal code, 2...8.
    init(literalBits: Int) {
        self.literalBits = literalBits
        table = StringTable(literalBits: literalBits)
        bits = literalBits + 1
        writer.append(1 << literalBits, bits: bits)
    }

    /// Appends a run of pixels.
    mutating func append(_ index: UInt8, _ count: Int) {
        var left = count
        while left > 0 {
            guard let matched = chain else {
                (chain, length) = (Int(index), 0)
                continue
            }
            let entry = table.chains[matched]
            if entry.index == index {
                let more = min(left, entry.count - length)
                length += more
                left -= more
                if left > 0 {
                    put(table.code(matched, length))
                    table.extend(matched)
                    didAdd()
                }
            } else {
                let code = table.code(matched, length)
                if let longer = table.chain(after: code, index) {
                    (chain, length) = (longer, 0)
                } else {
                    put(code)
                    table.begin(after: code, index)
                    didAdd()
                }
            }
        }
    }

    /// Returns the data after the last run.
    mutating func finish() -> [UInt8] {
        if let chain {
            put(table.code(chain, length))
            if table.next == 1 << bits, bits < 12 { bits += 1 }
        }
        put(1 << literalBits + 1)
        writer.finish()
        return writer.bytes
    }

    private mutating func put(_ code: Int) { writer.append(code, bits: bits) }

    /// Follows the decoder after a string has got a code.
    private mutating func didAdd() {
        chain = nil
        // The decoder has one string less.
        if table.next - 1 == 1 << bits { bits += 1 }
        guard table.next == StringTable.capacity else { return }
        put(1 << literalBits)
        table.clear()
        bits = literalBits + 1
    }
}
