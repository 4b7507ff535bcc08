// SPDX-License-Identifier: Apache-2.0

/// Bits that are packed into bytes, the first bit in the lowest place of a byte, as in deflate, LZW and VP8L streams.
package struct BitList {
    /// The bytes so far. The bits of the last byte that are not appended yet are 0.
    package private(set) var bytes: [UInt8] = []
    private var count = 0

    package init() {}

    /// Appends the lowest `count` bits of a number, the lowest of them first.
    package mutating func append(_ bits: Int, _ count: Int) {
        for index in 0..<count {
            if self.count % 8 == 0 { bytes.append(0) }
            bytes[bytes.count - 1] |= UInt8(bits >> index & 1) << UInt8(self.count % 8)
            self.count += 1
        }
    }

    /// Appends bits that are 0.
    package mutating func append(zeros count: Int) {
        self.count += count
        bytes += [UInt8](repeating: 0, count: (self.count + 7) / 8 - bytes.count)
    }
}
