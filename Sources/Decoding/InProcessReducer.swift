// SPDX-License-Identifier: Apache-2.0

import JPEG
import JPEGDecoder
package import Pixelation
import Pixels

/// The `PictureReducer` that decodes a picture in the calling process, row by row: the decoded picture is never in
/// memory as a whole.
///
/// Decoder processes use it, and programs without credentials.
package struct InProcessReducer: PictureReducer {
    package init() {}

    package func copyBytes(ofFile count: Int) -> Int { 0 }

    package func reduce(
        _ bytes: Span<UInt8>, _ request: ReductionRequest
    ) throws(PixelationError) -> Reduction {
        switch request.survey.header {
        case .jpeg(let header): try reduce(bytes, header, request)
        case .png(let header): try reduce(bytes, header, request)
        case .gif(let header): try reduce(bytes, header, request)
        case .webp(let header): try reduce(bytes, header, request)
        case .heif(let header): try reduce(bytes, header, request)
        case .tiff(let header): try reduce(bytes, header, request)
        case .bmp(let header): try reduce(bytes, header, request)
        case nil: throw PixelationError(.internal, "the survey is not of this engine")
        }
    }

    private func reduce(
        _ bytes: Span<UInt8>, _ header: JPEGHeader, _ request: ReductionRequest
    ) throws(PixelationError) -> Reduction {
        guard let layout = header.layout else {
            throw PixelationError(.internal, "a header without a colour model")
        }
        let reducer = GridReducer(
            width: header.width, height: header.height, layout: layout, sizes: request.options.sizes)
        do throws(JPEGError) {
            // libjpeg reads the file by its address.
            return try bytes.withUnsafeBufferPointer { bytes throws(JPEGError) in
                var reader = try JPEGReader(
                    bytes, header: header, limits: JPEGLimits(request.options), deadline: request.deadline,
                    cancellation: request.cancellation)
                try reader.start()
                for _ in 0..<reducer.height {
                    try reducer.addRow { (row) throws(JPEGError) in try reader.readRow(row) }
                }
                try reader.finish()
                return Reduction(grids: reducer.grids(), damage: damage(reader))
            }
        } catch {
            throw PixelationError(error)
        }
    }

    /// Returns the damage of the file after `reader` has decoded it.
    private func damage(_ reader: borrowing JPEGReader) -> [Damage] {
        var damage: [Damage] = []
        if reader.wasTruncated {
            damage.append(.endsEarly)
        }
        if let corrupt = reader.damage { damage.append(Damage(corrupt)) }
        return damage
    }
}
