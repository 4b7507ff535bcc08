// SPDX-License-Identifier: Apache-2.0

import GIF
import GIFDecoder
import Pixelation
import Pixels

extension InProcessReducer {
    /// Decodes and reduces a GIF file, each frame that the survey counts.
    func reduce(
        _ bytes: Span<UInt8>, _ header: GIFHeader, _ request: ReductionRequest
    ) throws(PixelationError) -> Reduction {
        let rows = RowReduction(
            width: header.width, height: header.height, layout: header.layout,
            isSampled: header.isSampledByPillow && request.options.metadata == .reference, request: request)
        var reader = GIFReader(bytes, header, acceptsTruncated: request.options.truncated == .accept)
        let reducer = rows.isSampled || request.samplesCells ? nil : rows.reducer()
        var frames: [[Grid]] = []
        for index in 0..<request.survey.frames {
            reader.beginFrame(bytes)
            while try Self.decodePart(&reader, bytes) { try rows.check(0) }
            if index > 0 { reducer?.beginFrame() }
            guard let reducer else {
                var row = 0
                frames.append(
                    try rows.grids { (pixels) throws(PixelationError) in
                        Self.read(row, of: reader, into: pixels)
                        row += 1
                    })
                continue
            }
            frames.append(
                try rows.grids(reducer, changed: reader.changedRows) { row, pixels in
                    Self.read(row, of: reader, into: pixels)
                })
        }
        let isDamaged = reader.wasTruncated || header.isTruncated
        var reduction = Reduction(frames: frames, damage: isDamaged ? [Damage.endsEarly] : [])
        reduction.differences = rows.differences
        return reduction
    }

    private static func read(
        _ row: Int, of reader: borrowing GIFReader, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) {
        if reader.header.layout == .gray {
            var samples = pixels.mutableSpan
            reader.readGrayRow(row, into: &samples)
        } else {
            pixels.withMemoryRebound(to: UInt32.self) { pixels in
                var pixels = pixels.mutableSpan
                reader.readRow(row, into: &pixels)
                // The samples are in the order of the bits of a pixel, the lowest first.
                #if _endian(big)
                    for x in pixels.indices { pixels[x] = pixels[x].byteSwapped }
                #endif
            }
        }
    }

    private static func decodePart(
        _ reader: inout GIFReader, _ bytes: Span<UInt8>
    ) throws(PixelationError) -> Bool {
        do throws(GIFError) {
            return try reader.decode(bytes)
        } catch {
            throw PixelationError(error)
        }
    }
}
