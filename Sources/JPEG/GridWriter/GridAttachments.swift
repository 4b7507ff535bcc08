// SPDX-License-Identifier: Apache-2.0

/// What a written file carries besides the picture. Empty means absent.
package struct GridAttachments: Sendable {
    /// Written as APP2 `ICC_PROFILE` segments; at most 255 of them, 16 MB in all.
    package var iccProfile: [UInt8]?
    /// Written as one COM segment; at most 65533 bytes.
    package var comment: [UInt8]?

    package init(iccProfile: [UInt8]? = nil, comment: [UInt8]? = nil) {
        self.iccProfile = iccProfile
        self.comment = comment
    }
}
