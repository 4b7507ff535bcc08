// SPDX-License-Identifier: Apache-2.0

import JPEG
import Pixels
import Support

/// Writes the outputs of a picture from its grids.
///
/// Outputs are JPEG files. Another output format is another writer here, beside `GridWriter`.
struct OutputEncoder {
    let policy: MetadataPolicy
    let deadline: ContinuousClock.Instant
    let cancellation: Cancellation?

    /// Encodes one output for each grid, in the order of the grids.
    ///
    /// - Parameter orientation: The orientation that the source's metadata state.
    /// - Throws: `PixelationError` of kind `deadline` or `cancelled`; both are checked before each output.
    func encode(
        _ picture: ReducedPicture, orientation: Orientation
    ) throws(PixelationError) -> [EncodedOutput] {
        let isUpright = policy == .upright
        let orientation = isUpright ? orientation : .upright
        let writer = GridWriter(
            width: orientation.swapsSides ? picture.height : picture.width,
            height: orientation.swapsSides ? picture.width : picture.height,
            attachments: GridWriter.Attachments(
                iccProfile: isUpright ? picture.profile : nil, comment: isUpright ? nil : picture.comment))
        var outputs: [EncodedOutput] = []
        for grid in picture.grids {
            if cancellation?.isCancelled == true {
                throw PixelationError(.cancelled, "pixelating was cancelled")
            }
            guard ContinuousClock.now < deadline else {
                throw PixelationError(
                    .deadline, "the time for one picture was over while outputs were encoded")
            }
            let bytes = writer.encode(grid.turned(from: orientation))
            outputs.append(EncodedOutput(size: grid.size, bytes: bytes, contentType: "image/jpeg"))
        }
        return outputs
    }
}
