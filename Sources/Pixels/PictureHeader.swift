// SPDX-License-Identifier: Apache-2.0

/// The properties that the header of a file of every format has.
package protocol PictureHeader: Sendable {
    /// The width in pixels of the picture as stored: the orientation that the metadata state is not applied.
    var width: Int { get }
    /// The height in pixels of the picture as stored.
    var height: Int { get }
    /// The length of the file in bytes.
    var fileBytes: Int { get }
    /// An upper bound of the memory of the decoder in bytes.
    var workingSetBytes: Int { get }
}
