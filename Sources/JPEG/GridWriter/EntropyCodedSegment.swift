// SPDX-License-Identifier: Apache-2.0

/// Turns bits into the bytes of a scan: a zero byte behind each 0xFF, ones behind the last bit.
struct EntropyCodedSegment {
    private var bytes: [UInt8] = []
    private var pending: UInt64 = 0
    private var pendingCount = 0

    mutating func append(_ bits: borrowing BitString) {
        for word in bits.words {
            append(
                word: pendingCount == 0
                    ? word : pending << UInt64(64 - pendingCount) | word >> UInt64(pendingCount))
            pending = word
        }
        guard bits.pendingCount > 0 else { return }
        let tail = bits.pending & (1 << UInt64(bits.pendingCount) - 1)
        let free = 64 - pendingCount
        if bits.pendingCount < free {
            pending = pending << UInt64(bits.pendingCount) | tail
            pendingCount += bits.pendingCount
        } else {
            let left = bits.pendingCount - free
            append(word: pending << UInt64(free) | tail >> UInt64(left))
            pending = tail
            pendingCount = left
        }
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
        while pendingCount >= 8 {
            pendingCount -= 8
            append(byte: UInt8(truncatingIfNeeded: pending >> UInt64(pendingCount)))
        }
        if pendingCount > 0 {
            let ones = UInt64(0xFF) >> UInt64(pendingCount)
            append(byte: UInt8(truncatingIfNeeded: pending << UInt64(8 - pendingCount) | ones))
        }
        drain(into: &file)
    }
}
