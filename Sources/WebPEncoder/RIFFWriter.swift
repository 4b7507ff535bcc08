// SPDX-License-Identifier: Apache-2.0

/// A WebP file that is being written: a RIFF chunk of chunks (WebP Container Specification).
struct RIFFWriter {
    private var bytes: [UInt8] = Array("RIFF\0\0\0\0WEBP".utf8)

    /// Appends a chunk, with a zero byte behind data of an odd length.
    mutating func append(_ name: StaticString, _ data: [UInt8]) {
        bytes += Self.chunk(name, data)
    }

    /// Appends complete chunks.
    mutating func append(chunks: [UInt8]) { bytes += chunks }

    /// Returns a chunk.
    static func chunk(_ name: StaticString, _ data: [UInt8]) -> [UInt8] {
        var chunk = Array(name.description.utf8)
        chunk.reserveCapacity(8 + data.count + data.count % 2)
        chunk += number(data.count, bytes: 4)
        chunk += data
        if data.count % 2 != 0 { chunk.append(0) }
        return chunk
    }

    /// Appends the chunk VP8X, which precedes all others in a file with metadata or an animation.
    mutating func appendExtendedHeader(
        width: Int, height: Int, hasAlpha: Bool, hasProfile: Bool, isAnimated: Bool
    ) {
        let flags = (hasProfile ? 0x20 : 0) | (hasAlpha ? 0x10 : 0) | (isAnimated ? 0x02 : 0)
        append(
            "VP8X",
            Self.number(flags, bytes: 4) + Self.number(width - 1, bytes: 3)
                + Self.number(height - 1, bytes: 3))
    }

    /// Returns the file. A number of at most 4 bytes states its length.
    consuming func finish() -> [UInt8] {
        bytes.replaceSubrange(4..<8, with: Self.number(bytes.count - 8, bytes: 4))
        return bytes
    }

    /// Returns a number as bytes, the lowest first.
    static func number(_ number: Int, bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
