// SPDX-License-Identifier: Apache-2.0

/// The parts of AV1 data (AV1 Bitstream & Decoding Process Specification) that determine the memory of decoding.
enum AV1Parameters {
    /// The types of open bitstream units: a sequence header, a frame header, and a frame with its header (6.2.2).
    static let sequenceType = 1
    static let frameTypes = [3, 6]
    /// The number of bytes of a sequence header that are read.
    static let prefixBytes = 512

    /// Returns the format that a sequence header states (5.5.1); nil if it is damaged.
    ///
    /// - Parameter content: The beginning of the unit behind its header, of `prefixBytes` at most.
    static func format(ofSequence content: [UInt8]) -> CodedFormat? {
        var bits = BitFields(content)
        let profile = bits.number(3)
        bits.skip(1)
        let isReduced = bits.flag()
        if isReduced { bits.skip(5) } else { skipOperatingPoints(&bits) }
        let (widthBits, heightBits) = (bits.number(4) + 1, bits.number(4) + 1)
        let (width, height) = (bits.number(widthBits) + 1, bits.number(heightBits) + 1)
        if !isReduced, bits.flag() { bits.skip(7) }
        bits.skip(3)
        if !isReduced { skipTools(&bits) }
        bits.skip(3)
        let isHigh = bits.flag()
        let depth = profile == 2 && isHigh ? (bits.flag() ? 12 : 10) : isHigh ? 10 : 8
        guard !bits.isPastEnd else { return nil }
        // The profiles allow 4:2:0, 4:4:4, and all; the largest of them is assumed.
        return CodedFormat(width: width, height: height, depth: depth, samples: profile == 0 ? 3 : 6)
    }

    private static func skipOperatingPoints(_ bits: inout BitFields) {
        var delayBits: Int?
        if bits.flag() {
            bits.skip(64)
            if bits.flag() { _ = bits.exponential() }
            if bits.flag() {
                delayBits = bits.number(5) + 1
                bits.skip(32 + 10)
            }
        }
        let hasDelay = bits.flag()
        for _ in 0...bits.number(5) {
            bits.skip(12)
            if bits.number(5) > 7 { bits.skip(1) }
            if let delayBits, bits.flag() { bits.skip(2 * delayBits + 1) }
            if hasDelay, bits.flag() { bits.skip(4) }
        }
    }

    /// Skips the tools of a sequence that is not reduced, behind `enable_intra_edge_filter`.
    private static func skipTools(_ bits: inout BitFields) {
        bits.skip(4)
        let hasOrderHint = bits.flag()
        if hasOrderHint { bits.skip(2) }
        let forcesScreenTools = bits.flag() ? 2 : bits.number(1)
        if forcesScreenTools > 0, !bits.flag() { bits.skip(1) }
        if hasOrderHint { bits.skip(3) }
    }
}
