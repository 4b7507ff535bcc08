// SPDX-License-Identifier: Apache-2.0

/// The reason for which a BMP file is not read.
package struct BMPError: Error, Sendable, Equatable {
    package enum Kind: Sendable {
        /// The file has a header, a depth or a compression that is not supported.
        case unsupported
        /// The picture has more pixels than are allowed.
        case tooManyPixels
        /// The file ends before its picture is complete.
        case truncated
        /// The file contradicts the format or itself.
        case corrupt
    }

    package var kind: Kind
    /// A phrase that states what was found.
    package var detail: String

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}
