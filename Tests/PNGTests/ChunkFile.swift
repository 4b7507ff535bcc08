// SPDX-License-Identifier: Apache-2.0

import PNG

/// The beginning of a PNG file, to which a test appends chunks.
struct ChunkFile {
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    static func bigEndian(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xFF) } }

    /// Returns the file with a chunk appended. `damage` is added to its checksum.
    func chunk(_ type: String, _ data: [UInt8], damage: UInt32 = 0) -> ChunkFile {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in Array(type.utf8) + data {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ChunkFile(
            bytes: bytes + Self.bigEndian(data.count) + Array(type.utf8) + data
                + Self.bigEndian(Int(~sum &+ damage)))
    }

    func header(
        width: Int = 30, height: Int = 20, depth: UInt8 = 8, type: UInt8 = 2, methods: [UInt8] = [0, 0, 0],
        damage: UInt32 = 0
    ) -> ChunkFile {
        chunk(
            "IHDR", Self.bigEndian(width) + Self.bigEndian(height) + [depth, type] + methods, damage: damage)
    }

    /// Returns the file with an IDAT chunk of any content and the IEND chunk appended.
    func data(_ count: Int = 500) -> ChunkFile {
        chunk("IDAT", [UInt8](repeating: 0x55, count: count)).chunk("IEND", [])
    }

    static let limits = PNGLimits(
        pixels: 1_000_000, chunks: 50, memoryBytes: 64 << 20, acceptsTruncated: false)

    func parse(limits: PNGLimits = limits) throws(PNGError) -> PNGHeader {
        try PNGHeader(of: bytes.span, limits: limits)
    }

    /// Returns the kind of the error with which the header is refused; nil if it is accepted.
    var refusal: PNGError.Kind? {
        do {
            _ = try parse()
            return nil
        } catch {
            return error.kind
        }
    }
}
