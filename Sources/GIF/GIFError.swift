// SPDX-License-Identifier: Apache-2.0

/// The reason for which a GIF file is not read.
package struct GIFError: Error, Sendable, Equatable {
    package enum Kind: Sendable, CaseIterable {
        /// The picture has more pixels than are allowed.
        case tooManyPixels
        /// The animation has more frames, or more pixels in all frames, than are allowed.
        case tooManyFrames
        /// The file has more extension blocks than are allowed.
        case tooManyBlocks
        /// The file ends before its picture is complete.
        case truncated
        /// The file contradicts the format or itself.
        case corrupt
    }

    package var kind: Kind
    /// A phrase that states what was found and, if a limit is exceeded, the limit.
    package var detail: String

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}
