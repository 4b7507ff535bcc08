// SPDX-License-Identifier: Apache-2.0

internal import Decoding
internal import JPEGEncoder
internal import Pixelation
internal import Pixels

/// A small picture that a decoder decodes before its first request.
package enum SamplePicture {
    /// The file, which is encoded once and decoded before and after a decoder enters its sandbox.
    private static let file = GridWriter(width: 64, height: 64).encode(
        Grid(size: 2, color: .rgb, samples: [255, 0, 0, 0, 255, 0, 0, 0, 255, 128, 128, 128]))

    /// Returns true when the sample picture is decoded to a grid of its size.
    package static func isDecoded() -> Bool {
        var options = PixelationOptions()
        options.sizes = [8]
        let deadline = ContinuousClock.now + .seconds(60)
        do throws(PixelationError) {
            let reduction = try InProcessReducer().reduce(
                file.span,
                ReductionRequest(
                    survey: Survey(of: file.span, options: options), options: options, deadline: deadline,
                    cancellation: nil))
            return reduction.grids.first?.color == .rgb
        } catch {
            return false
        }
    }
}
