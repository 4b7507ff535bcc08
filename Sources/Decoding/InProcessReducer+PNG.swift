// SPDX-License-Identifier: Apache-2.0

import PNG
import PNGDecoder
import Pixelation
import Pixels

extension InProcessReducer {
    /// Decodes and reduces a PNG file.
    func reduce(
        _ bytes: Span<UInt8>, _ header: PNGHeader, _ request: ReductionRequest
    ) throws(PixelationError) -> Reduction {
        let policy = request.options.metadata
        let layout = header.layout(policy)
        // libpng reads the file by its address.
        return try bytes.withUnsafeBufferPointer { file throws(PixelationError) in
            var reader: PNGReader
            do throws(PNGError) {
                reader = try PNGReader(
                    file, header: header, layout: layout, limits: PNGLimits(request.options),
                    deadline: request.deadline, cancellation: request.cancellation)
            } catch {
                throw PixelationError(error)
            }
            do throws(PNGError) { try reader.start() } catch { throw PixelationError(error) }
            var (grids, differences) = try Self.grids(&reader, header, request)
            if header.hasKey(policy), let key = header.key(in: file) {
                grids = grids.map { $0.keyed(key) }
            }
            var reduction = Reduction(
                grids: grids, damage: reader.wasTruncated ? [.endsEarly] : [], profile: reader.profile())
            reduction.differences = differences
            return reduction
        }
    }

    private static func grids(
        _ reader: inout PNGReader, _ header: PNGHeader, _ request: ReductionRequest
    ) throws(PixelationError) -> ([Grid], CellDifferences?) {
        let width = header.width
        let layout: PixelLayout =
            switch reader.layout {
            case .gray, .index, .gray16: .gray
            case .grayAlpha: .grayAlpha
            case .rgbx: .rgbx
            case .rgba: .rgba
            }
        let rows = RowReduction(
            width: width, height: header.height, layout: layout, is16Bit: reader.layout == .gray16,
            isSampled: header.isSampled(request.options.metadata), request: request)
        // Rows whose bytes are not those that are reduced.
        let row = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: reader.rowBytes)
        defer { row.deallocate() }
        switch reader.layout {
        case .gray16:
            let grids = try rows.grids16 { (samples) throws(PixelationError) in
                try read(&reader, into: row)
                for x in 0..<width { samples[x] = UInt16(row[2 * x]) << 8 | UInt16(row[2 * x + 1]) }
            }
            return (grids, rows.differences)
        case .grayAlpha:
            let grids = try rows.grids { (pixels) throws(PixelationError) in
                try read(&reader, into: row)
                for x in 0..<width {
                    for band in 0..<3 { pixels[4 * x + band] = row[2 * x] }
                    pixels[4 * x + 3] = row[2 * x + 1]
                }
            }
            return (grids, rows.differences)
        case .gray, .index, .rgbx, .rgba:
            let grids = try rows.grids { (pixels) throws(PixelationError) in
                try read(&reader, into: pixels)
            }
            return (grids, rows.differences)
        }
    }

    private static func read(
        _ reader: inout PNGReader, into row: UnsafeMutableBufferPointer<UInt8>
    ) throws(PixelationError) {
        do throws(PNGError) { try reader.readRow(row) } catch { throw PixelationError(error) }
    }
}

extension PNGHeader {
    /// Returns the samples of the transparent colour, scaled to 8 bits; nil if the file has none.
    fileprivate func key(in bytes: UnsafeBufferPointer<UInt8>) -> [Int]? {
        guard let transparency, transparency.count == 2 * colorType.samples else { return nil }
        let scale = depth < 8 ? 255 / (1 << depth - 1) : 1
        return (0..<colorType.samples).map { band in
            let at = transparency.lowerBound + 2 * band
            return (Int(bytes[at]) << 8 | Int(bytes[at + 1])) * scale
        }
    }
}

extension Grid {
    /// Returns the grid with alpha: cells whose samples are those of `key` are transparent, the others opaque.
    fileprivate func keyed(_ key: [Int]) -> Grid {
        let bands = bands
        var result: [UInt8] = []
        result.reserveCapacity(size * size * (bands + 1))
        for at in stride(from: 0, to: samples.count, by: bands) {
            let cell = samples[at..<at + bands]
            if color == .gray16 {
                // There is no colour model of 16 bits with alpha, so that the upper byte counts.
                result += [samples[at], Int(samples[at]) << 8 | Int(samples[at + 1]) == key[0] ? 0 : 255]
            } else {
                result += cell
                result.append(zip(cell, key).allSatisfy { Int($0) == $1 } ? 0 : 255)
            }
        }
        return Grid(size: size, color: color == .rgb ? .rgba : .grayAlpha, samples: result)
    }
}
