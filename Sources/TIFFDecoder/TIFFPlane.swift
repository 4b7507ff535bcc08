// SPDX-License-Identifier: Apache-2.0

import TIFF

/// The rows of one plane of a picture: of all samples, or of one if each sample has a plane of its own.
protocol TIFFPlane: AnyObject {
    /// Returns the address of a row of samples as stored; nil for a row that is missing because the file ends early.
    /// The rows are asked for from the top, and an address is valid until the next row is asked for.
    ///
    /// - Throws: `TIFFError`.
    func row(_ row: Int) throws(TIFFError) -> UnsafePointer<UInt8>?
}
