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
    mutating func next(_ file: Span<UInt8>) -> Int? {
        if buffered < bits {
            fill(file)
            guard buffered >= bits else { return nil }
        }
        let code = Int(truncatingIfNeeded: buffer) & (1 << bits - 1)
        buffer >>= UInt64(bits)
        buffered -= bits
        return code
    }

    private mutating func fill(_ file: Span<UInt8>) {
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
