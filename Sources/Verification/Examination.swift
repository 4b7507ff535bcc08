// SPDX-License-Identifier: Apache-2.0

package import Pixelation

/// The result of the examination of an output.
package struct Examination: Sendable, Equatable {
    /// The number of cells along each side that the output may have.
    package var size: Int
    /// The format of the file; nil for an unknown one.
    package var format: SourceFormat?
    /// The number of frames.
    package var frames = 1
    /// The bits of the colour of a cell; nil when the picture was not examined.
    package var bitsPerCell: Int?
    /// The length of the colour profile in the file in bytes; 0 for none.
    package var profileBytes = 0
    /// The data that the file has beside the cells and the colour profile, in the order of the examination.
    package var findings: [Finding] = []

    package init(size: Int) { self.size = size }

    /// True when the file has been shown to contain the cells and a colour profile only.
    package var isVerified: Bool { findings.isEmpty && bitsPerCell != nil }
    /// The number of cells in all frames.
    package var cells: Int { size * size * frames }
    /// The number of bits of all cells.
    package var bits: Int { cells * (bitsPerCell ?? 0) }
}
