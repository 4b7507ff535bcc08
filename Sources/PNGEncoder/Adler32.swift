// SPDX-License-Identifier: Apache-2.0

/// The checksum Adler-32 of a zlib stream (RFC 1950, 8.2), computed from repeated bytes without visiting each of them.
struct Adler32 {
    private static let modulus: UInt64 = 65521
    private var a: UInt64 = 1
    private var b: UInt64 = 0

    var value: UInt32 { UInt32(b << 16 | a) }

    mutating func append(_ byte: UInt8) { append(UInt32(byte), bytes: 1, times: 1) }

    /// Appends the lowest bytes of `unit`, the lowest first, several times.
    ///
    /// - Parameters:
    ///   - bytes: The number of bytes, 1...4.
    ///   - times: The number of repetitions, less than 2^32.
    mutating func append(_ unit: UInt32, bytes: Int, times: Int) {
        // The sum of the bytes, and the sum in which each counts as often as it is added to `b` within the unit.
        var (sum, weighted): (UInt64, UInt64) = (0, 0)
        for index in 0..<bytes {
            let byte = UInt64(unit >> UInt32(8 * index) & 0xFF)
            sum += byte
            weighted += byte * UInt64(bytes - index)
        }
        let count = UInt64(times)
        let length = UInt64(bytes)
        // Repetition i begins with a + i * sum.
        let pairs = count == 0 ? 0 : (count % 2 == 0 ? count / 2 * (count - 1) : (count - 1) / 2 * count)
        let m = Self.modulus
        b = (b + count % m * length * a + count % m * weighted + pairs % m * (sum * length)) % m
        a = (a + count % m * sum) % m
    }
}
