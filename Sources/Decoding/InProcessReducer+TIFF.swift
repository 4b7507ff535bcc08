// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Pixels
import TIFF
import TIFFDecoder

extension InProcessReducer {
    /// Decodes and reduces the first picture of a TIFF file.
    func reduce(
        _ bytes: Span<UInt8>, _ header: TIFFHeader, _ request: ReductionRequest
    ) throws(PixelationError) -> Reduction {
        let isReference = request.options.metadata == .reference
        // The decoder reads the file by its address.
        return try bytes.withUnsafeBufferPointer { file throws(PixelationError) in
            var reader: TIFFReader
            do throws(TIFFError) {
                reader = try TIFFReader(
                    file, header: header, limits: TIFFLimits(request.options), isReference: isReference,
                    deadline: request.deadline, cancellation: request.cancellation)
            } catch {
                throw PixelationError(error)
            }
            let rows = RowReduction(
                width: header.width, height: header.height, layout: header.samples.layout,
                is16Bit: header.samples.isGray16,
                isSampled: header.samples.isSampledByPillow && isReference, request: request)
            let grids: [Grid]
            if header.samples.isGray16 {
                grids = try rows.grids16 { (samples) throws(PixelationError) in
                    let bytes = UnsafeMutableRawBufferPointer(samples).bindMemory(to: UInt8.self)
                    do throws(TIFFError) { try reader.readRow(bytes) } catch { throw PixelationError(error) }
                    UnsafeMutableRawBufferPointer(samples).bindMemory(to: UInt16.self)
                }
            } else {
                grids = try rows.grids { (row) throws(PixelationError) in
                    do throws(TIFFError) { try reader.readRow(row) } catch { throw PixelationError(error) }
                }
            }
            return Reduction(grids: grids, damage: reader.wasTruncated ? [.endsEarly] : [])
        }
    }
}
