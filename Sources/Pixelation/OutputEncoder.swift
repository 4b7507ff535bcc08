// SPDX-License-Identifier: Apache-2.0

import JPEGEncoder
import PNGEncoder
import Pixels
import Support
import WebPEncoder

/// The encoder of outputs from the grids of a picture.
struct OutputEncoder {
    let options: PixelationOptions
    let format: OutputFormat
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
        let orientation = options.metadata == .upright ? orientation : .upright
        let write = writer(
            width: orientation.swapsSides ? picture.height : picture.width,
            height: orientation.swapsSides ? picture.width : picture.height, picture)
        var outputs: [EncodedOutput] = []
        for (index, size) in options.sizes.enumerated() {
            if cancellation?.isCancelled == true {
                throw PixelationError(.cancelled, "pixelating was cancelled")
            }
            guard ContinuousClock.now < deadline else {
                throw PixelationError(
                    .deadline, limit: "the time for one picture was over while outputs were encoded")
            }
            let bytes = write(picture.frames.map { $0[index].turned(from: orientation) })
            outputs.append(EncodedOutput(size: size, bytes: bytes, contentType: format.contentType))
        }
        return outputs
    }

    /// Returns the function that writes the file that shows a grid, or the grids of all frames.
    private func writer(width: Int, height: Int, _ picture: ReducedPicture) -> ([Grid]) -> [UInt8] {
        let isUpright = options.metadata == .upright
        let metadata = picture.metadata
        switch format {
        case .jpeg:
            let writer = GridWriter(
                width: width, height: height,
                attachments: GridWriter.Attachments(
                    iccProfile: isUpright ? metadata.profile : nil,
                    comment: isUpright ? nil : metadata.comment))
            return { [background = options.background] in writer.encode($0[0].opaque(on: background)) }
        case .png:
            let writer = PNGWriter(width: width, height: height, attachments: metadata.chunks(isUpright))
            return { writer.encode($0[0].withoutInk()) }
        case .webp:
            let writer = WebPWriter(
                width: width, height: height,
                attachments: WebPWriter.Attachments(iccProfile: isUpright ? metadata.profile : nil))
            guard let animation = picture.animation else {
                return { writer.encode($0[0].withoutInk()) }
            }
            return { grids in
                writer.encode(
                    frames: zip(grids, animation.milliseconds).map { (grid: $0, milliseconds: $1) },
                    loops: animation.loops, background: animation.background)
            }
        }
    }

    /// Returns an upper bound of the memory, in bytes, of one output: of its file without metadata, and of the buffers
    /// of its writer.
    static func bound(
        of format: OutputFormat, width: Int, height: Int, color: ColorModel, size: Int, frames: Int
    ) -> (file: Int, workingSet: Int) {
        switch format {
        case .jpeg:
            let bound = GridWriter.Bound(
                width: width, height: height, bands: color == .cmyk ? 4 : color.hasColor ? 3 : 1, size: size)
            return (bound.fileBytes, bound.workingSetBytes)
        case .png:
            let bound = PNGWriter.Bound(
                width: width, height: height, color: color == .cmyk ? .rgb : color, size: size)
            return (bound.fileBytes, bound.workingSetBytes)
        case .webp:
            let bound = WebPWriter.Bound(width: width, height: height, size: size)
            return (
                frames > 1 ? bound.fileBytes(frames: frames) : bound.fileBytes, bound.workingSetBytes
            )
        }
    }
}
