// SPDX-License-Identifier: Apache-2.0

/// The tokens of an image without backward references: each pixel by itself.
struct VP8LRow: VP8LSingleTokens {
    let pixels: [UInt32]

    func forEach(_ body: (VP8LToken) -> Void) {
        for pixel in pixels { body(VP8LToken(pixel: pixel)) }
    }
}
