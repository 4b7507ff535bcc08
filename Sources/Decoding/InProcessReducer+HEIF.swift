// SPDX-License-Identifier: Apache-2.0

import HEIF
import HEIFDecoder
import Pixelation
import Pixels

extension InProcessReducer {
    /// Decodes and reduces a HEIF or AVIF file.
    func reduce(
        _ bytes: Span<UInt8>, _ header: HEIFHeader, _ request: ReductionRequest
    ) throws(PixelationError) -> Reduction {
        // libheif reads the file by its address.
        try bytes.withUnsafeBufferPointer { file throws(PixelationError) in
            var reader: HEIFReader
            do throws(HEIFError) {
                reader = try HEIFReader(
                    file, header: header, limits: HEIFLimits(request.options), deadline: request.deadline,
                    cancellation: request.cancellation)
            } catch {
                throw PixelationError(error)
            }
            let rows = RowReduction(
                width: header.width, height: header.height, layout: header.hasAlpha ? .rgba : .rgbx,
                isSampled: false, request: request)
            let grids = try rows.grids { (row) throws(PixelationError) in
                do throws(HEIFError) { try reader.readRow(row) } catch { throw PixelationError(error) }
            }
            return Reduction(grids: grids, damage: [])
        }
    }
}
