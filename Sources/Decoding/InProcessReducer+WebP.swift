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
                let reducer = GridReducer(
                    width: header.width, height: header.height, layout: header.hasAlpha ? .rgba : .rgbx,
                    sizes: request.options.sizes, frames: request.survey.frames)
                let cells = CellSampler(
                    request, width: header.width, height: header.height,
                    layout: header.hasAlpha ? .rgba : .rgbx)
                var frames: [[Grid]] = []
                for index in 0..<request.survey.frames {
                    _ = try reader.nextFrame()
                    if let cells {
                        let grid = try cells.frame(header.height) { (_, row) throws(WebPError) in
                            try reader.readRow(row)
                        }
                        frames.append([grid])
                        continue
                    }
                    if index > 0 { reducer.beginFrame() }
                    let changed = header.changedRows(index)
                    for row in 0..<header.height {
                        if reducer.keepsRows, !changed.contains(row) {
                            _ = try reader.nextRow()
                            reducer.repeatRow()
                        } else if header.hasAlpha || header.isAnimated {
                            try reducer.addRow { (row) throws(WebPError) in try reader.readRow(row) }
                        } else if let address = try reader.nextRow().baseAddress {
                            reducer.addRow(at: address)
                        }
                    }
                    frames.append(reducer.grids())
                }
                var reduction = Reduction(frames: frames, damage: [])
                reduction.differences = cells?.differences
                return reduction
            } catch {
                throw PixelationError(error)
            }
        }
    }
}
