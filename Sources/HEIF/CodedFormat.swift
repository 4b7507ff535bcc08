// SPDX-License-Identifier: Apache-2.0

/// The parameters of coded data that determine the memory of decoding.
struct CodedFormat: Sendable, Equatable {
    /// The size in pixels that the decoder allocates.
    var width: Int
    var height: Int
    /// The number of bits of a sample.
    var depth: Int
    /// The number of samples for each two pixels: 2 for gray, 3 for 4:2:0, 4 for 4:2:2 and 6 for 4:4:4.
    var samples: Int

    /// Returns the larger value of each parameter.
    func union(_ other: CodedFormat?) -> CodedFormat {
        guard let other else { return self }
        return CodedFormat(
            width: max(width, other.width), height: max(height, other.height), depth: max(depth, other.depth),
            samples: max(samples, other.samples))
    }
}
