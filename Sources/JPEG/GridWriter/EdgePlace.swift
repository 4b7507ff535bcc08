// SPDX-License-Identifier: Apache-2.0

/// Where the one edge between two cells crosses a side of a block.
package struct EdgePlace: BitwiseCopyable, Sendable {
    /// 0...15.
    let index: UInt8

    static let count = 16

    /// The samples before this one, 0...7, show the first cell, and it and the others the last. 0 if there is but one.
    package static func before(_ sample: Int) -> EdgePlace { EdgePlace(index: UInt8(sample)) }

    /// The same, but this sample shows both: it is the mean of them.
    package static func through(_ sample: Int) -> EdgePlace { EdgePlace(index: 8 + UInt8(sample)) }
}
