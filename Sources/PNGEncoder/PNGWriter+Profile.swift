// SPDX-License-Identifier: Apache-2.0

extension PNGWriter {
    /// Returns the content of an iCCP chunk for a profile that is not compressed yet. Its zlib stream has stored blocks
    /// (RFC 1951, 3.2.4), because a profile is small in comparison to most pictures, and files differ by it in no way.
    ///
    /// - Parameter profile: The ICC profile, not empty.
    package static func iCCP(_ profile: [UInt8]) -> [UInt8] {
        var chunk = Array("ICC profile".utf8) + [0, 0, 0x78, 0x01]
        chunk.reserveCapacity(chunk.count + iCCPBytes(profile: profile.count))
        var checksum = Adler32()
        for start in stride(from: 0, to: profile.count, by: storedBytes) {
            let block = profile[start..<min(profile.count, start + storedBytes)]
            let length = UInt16(block.count)
            chunk.append(block.endIndex == profile.count ? 1 : 0)
            for number in [length, ~length] {
                chunk += [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
            }
            chunk += block
            for byte in block { checksum.append(byte) }
        }
        return chunk + bigEndian(checksum.value)
    }

    /// Returns the length of the chunk for a profile of `profile` bytes.
    package static func iCCPBytes(profile: Int) -> Int {
        profile + (profile + storedBytes - 1) / storedBytes * 5 + 19 + chunkBytes
    }

    /// The longest stored block in bytes.
    private static let storedBytes = 65535
}
