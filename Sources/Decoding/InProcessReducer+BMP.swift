// SPDX-License-Identifier: Apache-2.0

import BMP
import BMPDecoder
import Pixelation
import Pixels

extension InProcessReducer {
    /// Decodes and reduces a BMP file.
    func reduce(
        _ bytes: Span<UInt8>, _ header: BMPHeader, _ request: ReductionRequest
    ) throws(PixelationError) -> Reduction {
        try bytes.withUnsafeBufferPointer { bytes throws(PixelationError) in
            var reader: BMPReader
            do throws(BMPError) {
                reader = try BMPReader(
                    bytes, header: header, acceptsTruncated: request.options.truncated == .accept)
            } catch {
                throw PixelationError(error)
            }
            let rows = RowReduction(
                width: header.width, height: header.height, layout: header.layout,
                isSampled: header.isSampledByPillow && request.options.metadata == .reference,
                request: request)
            let grids = try rows.grids { (row) throws(PixelationError) in
                do throws(BMPError) { try reader.readRow(row) } catch { throw PixelationError(error) }
            }
            return Reduction(grids: grids, damage: reader.wasTruncated ? [Damage.endsEarly] : [])
        }
    }
}
