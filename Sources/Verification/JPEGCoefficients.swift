// SPDX-License-Identifier: Apache-2.0

import JPEGEncoder

/// The entropy-coded data of a baseline scan with all components (ITU-T T.81, annex F.2), which is decoded block by
/// block.
struct JPEGCoefficients {
    /// The reason for which a block cannot be decoded.
    enum Failure: Error, Equatable {
        /// The data ends or a marker follows before the last block.
        case endsEarly
        /// No code of the table begins with these bits, or there are more than 64 coefficients.
        case noCode
        /// A code that an encoder does not need: zeros that are coded before the end of a block.
        case needlessCode
        /// The time for the file was over.
        case deadline
    }

    /// A Huffman table in the form in which it is in a DHT segment.
    struct Table {
        /// The lengths of the codes and their symbols, by the next 16 bits: the length in the lower byte, the symbol in
        /// the upper byte; 0 where no code fits.
        private let codes: [UInt16]

        /// Creates a table from the numbers of codes of the lengths 1...16 and the symbols; nil when they do not fit
        /// 16 bits.
        init?(counts: some Collection<UInt8>, symbols: some Collection<UInt8>) {
            guard counts.count == 16, counts.reduce(0, { $0 + Int($1) }) == symbols.count else { return nil }
            var codes = [UInt16](repeating: 0, count: 1 << 16)
            var next = 0
            var symbol = symbols.makeIterator()
            for (length, count) in zip(1...16, counts) {
                for _ in 0..<Int(count) {
                    let width = 1 << (16 - length)
                    guard next + width <= 1 << 16, let value = symbol.next() else { return nil }
                    for code in next..<next + width { codes[code] = UInt16(value) << 8 | UInt16(length) }
                    next += width
                }
            }
            self.codes = codes
        }

        func code(_ bits: Int) -> (length: Int, symbol: Int) {
            let code = Int(codes[bits])
            return (code & 255, code >> 8)
        }
    }

    private let bytes: [UInt8]
    /// The offset of the next byte that is not in `bits`.
    private var position: Int
    private var bits: UInt64 = 0
    private var bitCount = 0

    init(_ bytes: [UInt8], from position: Int) {
        self.bytes = bytes
        self.position = position
    }

    /// The offset in the file of the byte with the next bit, at most 8 bytes too far for stuffed bytes.
    var offset: Int { max(0, position - bitCount / 8) }

    /// Decodes the next block of a component.
    ///
    /// - Parameters:
    ///   - dc: The table of DC differences.
    ///   - ac: The table of AC coefficients.
    ///   - prediction: The DC coefficient of the block before of the component, which becomes that of this block.
    ///   - block: The 64 quantized coefficients, row by row, which are replaced.
    /// - Returns: True if any AC coefficient is not zero.
    mutating func next(
        dc: Table, ac: Table, prediction: inout Int, into block: inout [Int16]
    ) throws(Failure) -> Bool {
        for index in 0..<64 { block[index] = 0 }
        let category = try symbol(dc)
        guard category <= 11 else { throw .noCode }
        prediction += try value(category)
        guard (-2048...2047).contains(prediction) else { throw .noCode }
        block[0] = Int16(prediction)
        var index = 1
        var followsZeros = false
        while index < 64 {
            let code = try symbol(ac)
            let (run, category) = (code >> 4, code & 15)
            if category == 0 {
                if run == 0 {
                    // Zeros at the end of a block need no code but this one.
                    guard !followsZeros else { throw .needlessCode }
                    return index > 1
                }
                guard run == 15 else { throw .noCode }
                index += 16
                followsZeros = true
                continue
            }
            followsZeros = false
            index += run
            guard index < 64, category <= 10 else { throw .noCode }
            block[QuantizationTable.naturalOrder[index]] = Int16(try value(category))
            index += 1
        }
        guard index == 64, !followsZeros else { throw .noCode }
        return true
    }

    /// Reads the bits that fill the last byte and returns the offset of the byte behind them; nil if one of them is not
    /// 1, as T.81, F.1.2.3 requires.
    mutating func end() -> Int? {
        // The position is that of the first byte of which no bit was used.
        let whole = bitCount / 8
        let padding = bitCount % 8
        guard padding == 0 || peek(bitCount) >> (8 * whole) == 1 << padding - 1 else { return nil }
        for _ in 0..<whole {
            position -= position >= 2 && bytes[position - 1] == 0 && bytes[position - 2] == 0xFF ? 2 : 1
        }
        bitCount = 0
        return position
    }

    private mutating func symbol(_ table: Table) throws(Failure) -> Int {
        fill()
        let available = min(bitCount, 16)
        let (length, symbol) = table.code(peek(available) << (16 - available))
        guard length > 0 else { throw bitCount < 16 ? .endsEarly : .noCode }
        guard length <= bitCount else { throw .endsEarly }
        bitCount -= length
        return symbol
    }

    /// Reads a value of a category (T.81, F.2.2.1: RECEIVE and EXTEND).
    private mutating func value(_ category: Int) throws(Failure) -> Int {
        guard category > 0 else { return 0 }
        fill()
        guard bitCount >= category else { throw .endsEarly }
        let raw = peek(category)
        bitCount -= category
        return raw >> (category - 1) == 0 ? raw - (1 << category) + 1 : raw
    }

    /// Returns the next `count` bits, 0...24, which are there.
    private func peek(_ count: Int) -> Int {
        Int(truncatingIfNeeded: bits >> UInt64(bitCount - count)) & (1 << count - 1)
    }

    /// Reads bytes until there are 16 bits or the data ends: at a marker or at the end of the file.
    private mutating func fill() {
        while bitCount < 16, position < bytes.count {
            let byte = bytes[position]
            if byte == 0xFF {
                guard position + 1 < bytes.count, bytes[position + 1] == 0 else { return }
                position += 2
            } else {
                position += 1
            }
            bits = bits << 8 | UInt64(byte)
            bitCount += 8
        }
    }
}
