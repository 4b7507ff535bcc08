// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Pixels
import WebP
import WebPDecoder

extension InProcessReducer {
    /// Decodes and reduces a WebP file, each frame that the survey counts.
    func reduce(
        _ bytes: Span<UInt8>, _ header: WebPHeader, _ request: ReductionRequest
    ) throws(PixelationError) -> Reduction {
        // libwebp reads the file by its address.
        try bytes.withUnsafeBufferPointer { file throws(PixelationError) in
            do throws(WebPError) {
                var reader = try WebPReader(
                    file, header: header, limits: WebPLimits(request.options), deadline: request.deadline,
                    cancellation: request.cancellation)
                var frames: [[Grid]] = []
                for _ in 0..<request.survey.frames {
                    _ = try reader.nextFrame()
                    let reducer = GridReducer(
                        width: header.width, height: header.height, layout: header.hasAlpha ? .rgba : .rgbx,
                        sizes: request.options.sizes)
                    for _ in 0..<header.height {
                        try reducer.addRow { (row) throws(WebPError) in try reader.readRow(row) }
                    }
                    frames.append(reducer.grids())
                }
                return Reduction(frames: frames, damage: [])
            } catch {
                throw PixelationError(error)
            }
        }
    }
}
