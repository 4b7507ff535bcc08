// SPDX-License-Identifier: Apache-2.0

import CPixels

/// The tables of the blocks of luminance or of chrominance, in memory that is never freed.
///
/// `@unchecked Sendable` because the memory does not change after `init`.
package struct BlockTables: @unchecked Sendable {
    package let address: OpaquePointer

    /// The tables of luminance (index 0) and of chrominance (index 1).
    package static let standard = [BlockTables(0), BlockTables(1)]

    private init(_ index: Int) {
        let codes = HuffmanTable.standard[index]
        address = px_create_block_tables(
            QuantizationTable.standard[index].steps, codes.dc.codes.map(\.packed),
            codes.ac.codes.map(\.packed))
    }
}

extension HuffmanTable.Code {
    /// The code as `CPixels` has it.
    fileprivate var packed: px_code { bits << 5 | length }
}
