// SPDX-License-Identifier: Apache-2.0

import Pixelation

/// A part of a file that outputs do not have.
package struct Finding: Sendable, Equatable {
    /// The kind of a finding, with its name in reports.
    package enum Kind: String, Sendable, CaseIterable {
        case exif
        case xmp
        case thumbnail
        case comment
        /// Metadata of another kind.
        case metadata
        case profile
        /// Bytes behind the end of the picture.
        case trailingBytes = "trailing-bytes"
        /// Parts of the file that outputs do not have or that differ from those of outputs.
        case structure
        /// A file that ends early or breaks the rules of its format.
        case malformed
        /// A coding that outputs do not have, so that the picture cannot be examined.
        case coding
        /// A file that exceeds a limit of the settings, so that it was not examined to its end. The description begins
        /// with the raw value of the `PixelationError.Kind`.
        case limit
        /// Pixels that differ from the other pixels of their cell.
        case pixels
        /// Compressed data that differs from that of outputs with the same pixels.
        case encoding

        /// The information that data of this kind can reveal, as a noun phrase.
        package var reveals: String {
            switch self {
            case .exif: "place, time, camera and owner, and often a thumbnail of the source"
            case .xmp: "author, place, history of edits, and often a thumbnail of the source"
            case .thumbnail: "the picture before it was pixelated, in a small size"
            case .comment: "any text"
            case .metadata: "any text or picture"
            case .profile: "any data"
            case .trailingBytes: "any data, such as a second picture"
            case .structure: "any data of this length"
            case .malformed, .coding, .limit: "the whole picture, because it was not examined"
            case .pixels: "details of the picture"
            case .encoding: "data that is hidden in the choice of codes"
            }
        }
    }

    package var kind: Kind
    /// The offset of the first byte in the file.
    package var offset: Int
    /// The number of bytes; nil when it is not known.
    package var count: Int?
    /// The description of what was found, as a noun phrase.
    package var detail: String

    package init(_ kind: Kind, at offset: Int, count: Int? = nil, _ detail: String) {
        self.kind = kind
        self.offset = offset
        self.count = count
        self.detail = detail
    }

    /// Creates the finding for a file that exceeds a limit.
    init(_ error: PixelationError, at offset: Int, count: Int? = nil) {
        self.init(.limit, at: offset, count: count, "\(error)")
    }
}
