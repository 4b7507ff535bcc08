// SPDX-License-Identifier: Apache-2.0

/// The parts of HEVC data (ITU-T H.265) that determine the memory of decoding.
enum HEVCParameters {
    /// The type of a NAL unit with a sequence parameter set.
    static let sequenceType = 33
    /// The number of bytes of a sequence parameter set that are read. The size of the picture is before them.
    static let prefixBytes = 256

    /// Returns the type of a NAL unit.
    static func type(_ first: UInt8) -> Int { Int(first >> 1 & 0x3F) }

    /// Returns the format that a sequence parameter set states (7.3.2.2); nil if it is damaged.
    ///
    /// - Parameter unit: The beginning of the NAL unit, of `prefixBytes` at most.
    static func format(ofSequence unit: [UInt8]) -> CodedFormat? {
        var bits = BitFields(withoutEmulation(unit))
        bits.skip(16 + 4)
        let layers = bits.number(3)
        bits.skip(1 + 88 + 8)
        var skipped = 0
        for _ in 0..<layers {
            if bits.flag() { skipped += 88 }
            if bits.flag() { skipped += 8 }
        }
        if layers > 0 { skipped += 2 * (8 - layers) }
        bits.skip(skipped)
        _ = bits.exponential()
        let chroma = bits.exponential()
        if chroma == 3 { bits.skip(1) }
        let (width, height) = (bits.exponential(), bits.exponential())
        if bits.flag() { for _ in 0..<4 { _ = bits.exponential() } }
        let depth = 8 + max(bits.exponential(), bits.exponential())
        guard !bits.isPastEnd, chroma <= 3, width > 0, height > 0, depth <= 16 else { return nil }
        return CodedFormat(width: width, height: height, depth: depth, samples: [2, 3, 4, 6][chroma])
    }

    /// Returns the unit without the bytes that keep it free of start codes (7.4.2).
    private static func withoutEmulation(_ unit: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var zeros = 0
        for byte in unit {
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            result.append(byte)
        }
        return result
    }
}
