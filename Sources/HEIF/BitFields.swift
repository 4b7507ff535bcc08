// SPDX-License-Identifier: Apache-2.0

/// A reader of bits, the highest of a byte first. Bits behind the end are 0, and set `isPastEnd`.
struct BitFields {
    private let bytes: [UInt8]
    private var at = 0
    private(set) var isPastEnd = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads a number of up to 32 bits.
    mutating func number(_ count: Int) -> Int {
        var value = 0
        for _ in 0..<count { value = value << 1 | bit() }
        return value
    }

    mutating func flag() -> Bool { bit() == 1 }

    mutating func skip(_ count: Int) {
        at += count
        if at > 8 * bytes.count { isPastEnd = true }
    }

    /// Reads a number of the code Exp-Golomb (ITU-T H.265, 9.2), which AV1 calls `uvlc`.
    mutating func exponential() -> Int {
        var zeros = 0
        while !isPastEnd, zeros < 32, bit() == 0 { zeros += 1 }
        return zeros >= 32 ? Int(UInt32.max) : 1 << zeros - 1 + number(zeros)
    }

    private mutating func bit() -> Int {
        guard at < 8 * bytes.count else {
            isPastEnd = true
            return 0
        }
        defer { at += 1 }
        return Int(bytes[at / 8] >> UInt8(7 - at % 8) & 1)
    }
}
