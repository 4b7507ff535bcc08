// SPDX-License-Identifier: Apache-2.0

package struct GridAttachments: Sendable {
    package var iccProfile: [UInt8]?
    package var comment: [UInt8]?
    package init(iccProfile: [UInt8]? = nil, comment: [UInt8]? = nil) {
        self.iccProfile = iccProfile
        self.comment = comment
    }
}
