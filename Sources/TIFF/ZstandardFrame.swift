// SPDX-License-Identifier: Apache-2.0

/// The header of a frame of Zstandard (RFC 8878, 3.1.1.1).
enum ZstandardFrame {
    /// The largest window that libzstd accepts, in bytes.
    static let largestWindow = 128 << 20

    /// Returns the number of bytes that a decoder keeps, the largest possible one if the header is not valid.
    static func windowBytes(_ bytes: Span<UInt8>) -> Int {
        let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
        guard bytes.count >= 6, magic.indices.allSatisfy({ bytes[$0] == magic[$0] }) else {
            return largestWindow
        }
        let descriptor = bytes[4]
        guard descriptor >> 5 & 1 == 1 else {
            let base = 1 << (10 + Int(bytes[5] >> 3))
            return min(base + base / 8 * Int(bytes[5] & 7), largestWindow)
        }
        // A single segment has no window descriptor, and the window is the content.
        let start = 5 + [0, 1, 2, 4][Int(descriptor & 3)]
        let size = 1 << Int(descriptor >> 6)
        guard start + size <= bytes.count else { return largestWindow }
        var content: UInt64 = size == 2 ? 256 : 0
        for byte in 0..<size { content += UInt64(bytes[start + byte]) << UInt64(8 * byte) }
        return Int(min(content, UInt64(largestWindow)))
    }
}
