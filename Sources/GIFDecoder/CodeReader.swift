// SPDX-License-Identifier: Apache-2.0

/// A reader of the codes in the data sub-blocks of a frame (GIF89a specification, 15 and 22). The lowest bits of a byte
/// come first.
struct CodeReader {
    /// The offset of the next byte of the file.
    private var at: Int
    /// The number of bits of the next code, 2...12.
    var bits: Int
    /// The number of bytes that are left in the current sub-block.
    private var left = 0
    private var buffer: UInt64 = 0
    /// The number of bits in `buffer`.
    private var buffered = 0

    /// Creates a reader of the sub-blocks at an offset of the file.
    init(at: Int, bits: Int) {
        self.at = at
        self.bits = bits
    }

    /// Returns the next code; nil when the data or the file end before.
    @inline(__always)
    mutating func next(_ file: Span<UInt8>) -> Int? {
        if buffered < bits {
            if left >= 8, at >= 0, at < file.count &- 7 {
                fillFast(file)
            } else {
                // A copy, because the compiler keeps no value in registers whose address a call has.
                var copy = self
                copy.fill(file)
                self = copy
                guard buffered >= bits else { return nil }
            }
        }
        let code = Int(truncatingIfNeeded: buffer) & (1 &<< bits &- 1)
        buffer &>>= UInt64(truncatingIfNeeded: bits)
        buffered &-= bits
        return code
    }

    /// Fills the buffer with more than 55 bits from the next 8 bytes, which are in the current sub-block.
    @inline(__always)
    private mutating func fillFast(_ file: Span<UInt8>) {
        // The compiler makes one load of the eight. Bits beyond the counted ones are read again.
        var word: UInt64 = 0
        for place in 0..<8 { word |= UInt64(file[at &+ place]) &<< UInt64(8 &* place) }
        buffer |= word &<< UInt64(truncatingIfNeeded: buffered)
        let bytes = (63 &- buffered) &>> 3
        at &+= bytes
        left &-= bytes
        buffered &+= 8 &* bytes
    }

    /// Fills the buffer with more than 56 bits, as far as there are data.
    @inline(never)
    private mutating func fill(_ file: Span<UInt8>) {
        // Bits beyond the counted ones.
        buffer &= 1 << UInt64(buffered) - 1
        while buffered <= 56 {
            if left == 0 {
                // The terminator of the data has the length 0 and stays in place.
                guard at < file.count, file[at] > 0 else { return }
                left = Int(file[at])
                at += 1
            }
            guard at < file.count else { return }
            buffer |= UInt64(file[at]) << UInt64(buffered)
            buffered += 8
            at += 1
            left -= 1
        }
    }
}
