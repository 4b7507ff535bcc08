// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The bytes of a deflate stream, to which bits are appended. The first bit of a byte is its lowest (RFC 1951, 3.1.1).
struct BitWriter: ~Copyable {
    private var bytes: Storage<UInt8>
    private(set) var count = 0
    private var pending: UInt64 = 0
    /// The number of bits in `pending`, 0...31 between calls.
    private var pendingCount = 0

    /// Creates an empty stream. Its memory grows beyond `capacity` bytes when needed.
    init(capacity: Int) { bytes = Storage(count: capacity + 16) }

    /// Makes room for `count` bytes. It must precede the appending of bits.
    mutating func reserve(_ count: Int) {
        if self.count + count + 16 > bytes.count {
            bytes.grow(to: self.count + count + 16, keeping: self.count)
        }
    }

    /// Appends the lowest `count` bits, at most 32, of `bits`. The other bits must be 0.
    @inline(__always)
    mutating func append(_ bits: UInt64, count: Int) {
        pending |= bits &<< UInt64(truncatingIfNeeded: pendingCount)
        pendingCount &+= count
        if pendingCount >= 32 {
            let word = UInt32(truncatingIfNeeded: pending).littleEndian
            UnsafeMutableRawPointer(bytes.base + self.count).storeBytes(of: word, as: UInt32.self)
            self.count &+= 4
            pending &>>= 32
            pendingCount &-= 32
        }
    }

    /// Appends zero bits up to the next byte.
    mutating func completeByte() {
        pendingCount = (pendingCount + 7) & ~7
        while pendingCount > 0 {
            bytes.base[count] = UInt8(truncatingIfNeeded: pending)
            count += 1
            pending >>= 8
            pendingCount -= 8
        }
    }

    /// Appends whole bytes after `completeByte`.
    mutating func append(bytes more: some Collection<UInt8>) {
        reserve(more.count)
        for byte in more {
            bytes.base[count] = byte
            count += 1
        }
    }

    /// Calls `body` with all complete bytes.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        body(UnsafeBufferPointer(start: bytes.base, count: count))
    }
}
