// SPDX-License-Identifier: Apache-2.0

/// The result of decoding an item.
struct HEIFPart {
    /// The size in pixels after the transformations of the item.
    var width: Int
    var height: Int
    var coding: HEIFHeader.Coding
    /// The number of bits of a sample.
    var depth: Int
    /// True if the result has alpha.
    var hasAlpha: Bool
    /// The memory of the result in bytes.
    var keptBytes: Int
    /// The memory in bytes until the result is there.
    var peakBytes: Int

    /// The number of bytes of a sample.
    var sampleBytes: Int { depth > 8 ? 2 : 1 }
}
