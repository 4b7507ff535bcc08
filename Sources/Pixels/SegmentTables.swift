// SPDX-License-Identifier: Apache-2.0

import CPixels
import Glibc

/// Pieces, kinks and factors of all sizes that are wide enough for sums over segments.
///
/// Why this is exact is proved in Arithmetic.md, "Two sums a segment".
struct SegmentTables {
    private(set) var pieces: [px_piece] = []
    /// For each size in turn the `cells` kinks in the middle of its cells and the one right of the picture.
    private(set) var kinks: [px_kink] = []
    /// For each size in turn, for each cell.
    private(set) var differences: [px_second_difference] = []

    init(_ filters: [TriangleFilter], layout: PixelLayout) {
        guard let width = filters.first?.length else { return }
        let centers = filters.map { filter in
            (0..<filter.cells).map { (Double($0) + 0.5) * Double(width) / Double(filter.cells) }
        }
        let ends = Set(centers.joined().map(Self.pixelsBefore) + [width]).subtracting([0]).sorted()
        let pieceOfEnd = appendPieces(ends, layout: layout)
        for (filter, centers) in zip(filters, centers) {
            for center in centers {
                kinks.append(
                    px_kink(
                        piece: Int64(pieceOfEnd[Self.pixelsBefore(center)] ?? 0), position: center - 0.5))
            }
            let last = Double(width) + 0.5 * Double(width) / Double(filter.cells)
            kinks.append(px_kink(piece: Int64(pieces.count), position: last - 0.5))
            for (cell, center) in centers.enumerated() {
                differences.append(Self.difference(filter, cell: cell, center: center))
            }
        }
    }

    /// How many pixels have their middle left of `position`. One that lies on it counts nothing on either side.
    private static func pixelsBefore(_ position: Double) -> Int { Int((position - 0.5).rounded(.up)) }

    /// Cuts the row at `ends` and returns how many pieces lie in front of each.
    private mutating func appendPieces(_ ends: [Int], layout: PixelLayout) -> [Int: Int] {
        let pixelsPerGroup = 16 / layout.stride
        let longest = PX_MAXIMUM_GROUPS * pixelsPerGroup
        var pieceOfEnd: [Int: Int] = [:]
        var start = 0
        for end in ends {
            while start < end {
                let count = min(end - start, longest)
                let groups = (count + pixelsPerGroup - 1) / pixelsPerGroup
                pieces.append(
                    px_piece(
                        offset: Int64(start * layout.stride), groups: Int32(groups),
                        last_pixels: Int32(count - (groups - 1) * pixelsPerGroup),
                        end: Double(start + groups * pixelsPerGroup)))
                start += count
            }
            pieceOfEnd[end] = pieces.count
        }
        return pieceOfEnd
    }

    private static func difference(_ filter: TriangleFilter, cell: Int, center: Double)
        -> px_second_difference
    {
        let one = Double(1 << TriangleFilter.precisionBits)
        let support = Double(filter.length) / Double(filter.cells)
        func distanceFromFoot(_ x: Int) -> Double { max(0, support - abs(Double(x) + 0.5 - center)) }

        // One pixel more on each side: whatever the window's own rounding left out is counted as an error.
        let window = max(0, filter.starts[cell] - 1)..<min(filter.length, filter.end(cell) + 1)
        var mass = 0.0
        for x in window { mass += distanceFromFoot(x) }
        let factor = one / mass
        var error = 0.0
        var magnitude = 0.0
        for x in window {
            let index = x - filter.starts[cell]
            let isInside = index >= 0 && index < filter.counts[cell]
            let weight = isInside ? Double(filter.weights[filter.offsets[cell] + index]) : 0
            let difference = weight - factor * distanceFromFoot(x)
            error += difference
            magnitude += abs(difference)
        }
        // p = 128 + d with |d| <= 128, so the error is 128 * error +- 128 * magnitude. One more unit of Q22 covers
        // all rounding of doubles, here and in the kernel, more than tenfold.
        let certainty = max(0, 0.5 - (128 * magnitude + 1) / one)
        return px_second_difference(
            factor: factor / one, bias: 128 * error / one, certainty: certainty * certainty)
    }
}
