// SPDX-License-Identifier: Apache-2.0

/// A writer of codes of up to 12 bits, the lowest bits first (GIF89a specification, appendix F).
struct CodeWriter {
    private(set) var bytes: [UInt8] = []
    /// The bits behind the bytes, below 8, and their number.
    private var buffer: UInt32 = 0
    private var buffered = 0

    /// Appends codes of `bits` bits each.
    mutating func append(_ codes: Span<UInt16>, bits: Int) {
        var (count, buffer, buffered) = (bytes.count, buffer, buffered)
        // Each code stores 4 bytes, of which those that are complete stay.
        bytes.append(contentsOf: repeatElement(0, count: (codes.count * bits) / 8 + 5))
        var output = bytes.mutableSpan
        for place in codes.indices {
            buffer |= UInt32(codes[place]) &<< UInt32(truncatingIfNeeded: buffered)
            buffered &+= bits
            // With one check of the bounds, the compiler makes one store of the four.
            precondition(count >= 0 && count < output.count &- 3, "no room for a code")
            output[count] = UInt8(truncatingIfNeeded: buffer)
            output[count &+ 1] = UInt8(truncatingIfNeeded: buffer &>> 8)
            output[count &+ 2] = UInt8(truncatingIfNeeded: buffer &>> 16)
            output[count &+ 3] = UInt8(truncatingIfNeeded: buffer &>> 24)
            count &+= buffered &>> 3
            buffer &>>= UInt32(truncatingIfNeeded: buffered & ~7)
            buffered &= 7
        }
        bytes.removeLast(bytes.count - count)
        (self.buffer, self.buffered) = (buffer, buffered)
    }

    /// Fills up the last byte.
    mutating func finish() {
        if buffered > 0 { bytes.append(UInt8(truncatingIfNeeded: buffer)) }
        (buffer, buffered) = (0, 0)
    }
}
