// SPDX-License-Identifier: Apache-2.0

/// The tokens of an image without backward references: each pixel by itself.
struct VP8LRow: VP8LTokens {
    let pixels: [UInt32]

    func forEach(_ body: (VP8LToken) -> Void) {
        for pixel in pixels { body(VP8LToken(content: .pixel(pixel), group: 0)) }
    }
}
