// SPDX-License-Identifier: Apache-2.0

import JPEGEncoder
import Pixels
import Support

/// The encoder of outputs from the grids of a picture. Outputs are JPEG files; a type for another output format would
/// be used here beside `GridWriter`.
struct OutputEncoder {
    /// The policy that decides which metadata outputs keep.
    let policy: MetadataPolicy
    /// The time after which no further output is begun.
    let deadline: ContinuousClock.Instant
    let cancellation: Cancellation?

    /// Returns one output for each grid of `picture`, in the order of the grids.
    ///
    /// - Parameters:
    ///   - picture: The grids of the picture as stored, and its metadata.
    ///   - orientation: The orientation that the metadata of the source state.
    /// - Throws: `PixelationError` of kind `deadline` or `cancelled`, which are checked before each output.
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
                    .deadline, limit: "the time for one picture was over while outputs were encoded")
            }
            let bytes = writer.encode(grid.turned(from: orientation))
            outputs.append(EncodedOutput(size: grid.size, bytes: bytes, contentType: "image/jpeg"))
        }
        return outputs
    }
}
