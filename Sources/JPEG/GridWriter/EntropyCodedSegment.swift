// SPDX-License-Identifier: Apache-2.0

/// Turns bits into the bytes of a scan: a zero byte behind each 0xFF, ones behind the last bit.
struct EntropyCodedSegment {
    private var bytes: [UInt8] = []
    /// Between two calls less than a word: the bits that do not fill one yet.
    private var bits = BitString()

    mutating func append(_ more: borrowing BitString) {
        bits.append(more)
        for word in bits.words { append(word: word) }
        bits.removeWords()
    }

    private mutating func append(word: UInt64) {
        for place in stride(from: UInt64(56), through: 0, by: -8) {
            append(byte: UInt8(truncatingIfNeeded: word >> place))
        }
    }

    private mutating func append(byte: UInt8) {
        bytes.append(byte)
        if byte == 0xFF { bytes.append(0) }
    }

    /// Moves the whole bytes so far to the end of `file`.
    mutating func drain(into file: inout [UInt8]) {
        file.append(contentsOf: bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func finish(into file: inout [UInt8]) {
        var count = bits.pendingCount
        while count >= 8 {
            count -= 8
            append(byte: UInt8(truncatingIfNeeded: bits.pending >> UInt64(count)))
        }
        if count > 0 {
            let ones = UInt64(0xFF) >> UInt64(count)
            append(byte: UInt8(truncatingIfNeeded: bits.pending << UInt64(8 - count) | ones))
        }
        drain(into: &file)
    }
}
