// SPDX-License-Identifier: Apache-2.0

import GIFEncoder
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
            try check()
            let bytes = try write(picture.frames.map { $0[index].turned(from: orientation) })
            outputs.append(EncodedOutput(size: size, bytes: bytes, contentType: format.contentType))
        }
        return outputs
    }

    /// Throws an error when the time is over or pixelating was cancelled.
    private func check() throws(PixelationError) {
        if cancellation?.isCancelled == true {
            throw PixelationError(.cancelled, "pixelating was cancelled")
        }
        guard ContinuousClock.now < deadline else {
            throw PixelationError(
                .deadline, limit: "the time for one picture was over while outputs were encoded")
        }
    }

    /// Returns the function that writes the file that shows a grid, or the grids of all frames.
    private func writer(
        width: Int, height: Int, _ picture: ReducedPicture
    ) -> ([Grid]) throws(PixelationError) -> [UInt8] {
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
        case .gif:
            let writer = GIFWriter(width: width, height: height)
            guard let animation = picture.animation else {
                return { grids throws(PixelationError) in writer.encode(grids[0]) }
            }
            let loops = animation.loops
            return { grids throws(PixelationError) in
                try writer.encode(
                    zip(grids, animation.milliseconds).map { GIFWriter.Frame($0, milliseconds: $1) },
                    loops: loops == 1 ? nil : loops == 0 ? 0 : min(loops - 1, 65535),
                    check: check)
            }
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
        case .gif:
            let bound = GIFWriter.Bound(width: width, height: height, size: size, frames: frames)
            return (bound.fileBytes, bound.workingSetBytes)
        case .webp:
            let bound = WebPWriter.Bound(width: width, height: height, size: size)
            return (
                frames > 1 ? bound.fileBytes(frames: frames) : bound.fileBytes, bound.workingSetBytes
            )
        }
    }
}
