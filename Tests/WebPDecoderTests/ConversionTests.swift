// SPDX-License-Identifier: Apache-2.0

import CWebP
import Scripted
import Testing

/// Both builds of the conversion of luma and chroma to colours are compared with plain arithmetic.
@Suite struct ConversionTests {
    @Test func `all builds convert rows of any length as plain arithmetic does`() throws {
        var random = SplitMix(seed: 1)
        let best = try #require(px_webp_best_conversion())
        for round in 0..<400 {
            let width = round < 140 ? round + 1 : Int.random(in: 1...600, using: &random)
            let planes = Planes(width, isExtreme: round % 3 == 0, &random)
            let plain = [planes.plain(0), planes.plain(1)]
            #expect(planes.converted(px_webp_convert_portable) == plain, "\(width) pixels, portable")
            #expect(planes.converted(best) == plain, "\(width) pixels, the fastest")
        }
    }
}

private typealias Conversion =
    @convention(c) (
        UnsafePointer<px_webp_planes>?, Int32, UnsafePointer<UnsafeMutablePointer<UInt8>?>?
    ) -> Void

/// Random samples of two rows.
private struct Planes {
    let y, u, v: [[UInt8]]

    /// Makes samples of two rows of `width` pixels: of all values, or of the smallest and the largest.
    init(_ width: Int, isExtreme: Bool, _ random: inout SplitMix) {
        func samples(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in
                let value = UInt8(truncatingIfNeeded: random.next())
                return isExtreme ? (value < 128 ? 0 : 255) : value
            }
        }
        y = [samples(width), samples(width)]
        u = [samples((width + 1) / 2), samples((width + 1) / 2)]
        v = [samples((width + 1) / 2), samples((width + 1) / 2)]
    }

    /// Returns the rows that a build of the conversion stores.
    func converted(_ convert: Conversion) -> [[UInt8]] {
        let (count, columns) = (y[0].count, u[0].count)
        let samples = (y + u + v).flatMap(\.self)
        // No byte behind a row may change.
        let stride = 4 * count + 8
        var rows = [UInt8](repeating: 7, count: 2 * stride)
        samples.withUnsafeBufferPointer { samples in
            rows.withUnsafeMutableBufferPointer { rows in
                guard let start = samples.baseAddress, let row = rows.baseAddress else { return }
                let chroma = (0..<4).map { start + 2 * count + $0 * columns }
                var planes = px_webp_planes(
                    y: (start, start + count), u: (chroma[0], chroma[1]), v: (chroma[2], chroma[3]))
                convert(&planes, Int32(count), [row, row + stride])
            }
        }
        return [0, stride].map { start in
            #expect(rows[(start + 4 * count)..<(start + stride)].allSatisfy { $0 == 7 })
            return Array(rows[start..<start + 4 * count])
        }
    }

    /// Returns a row by plain arithmetic: the chroma of a pixel has 9/16 of the nearest sample, 3/16 of the two beside
    /// it and 1/16 of the opposite one, rounded in two steps; a sample that is missing is the nearest one in the same
    /// column.
    func plain(_ at: Int) -> [UInt8] {
        var row: [UInt8] = []
        for x in y[at].indices {
            let level: Int = (Int(y[at][x]) * 19077) >> 8
            let (blueness, redness) = (chroma(u[at], u[1 - at], x), chroma(v[at], v[1 - at], x))
            let red: Int = level + ((redness * 26149) >> 8) - 14234
            let green: Int = level - ((blueness * 6419) >> 8) - ((redness * 13320) >> 8) + 8708
            let blue: Int = level + ((blueness * 33050) >> 8) - 17685
            for color in [red, green, blue] { row.append(UInt8(max(0, min(255, color >> 6)))) }
            row.append(255)
        }
        return row
    }

    private func chroma(_ samples: [UInt8], _ far: [UInt8], _ x: Int) -> Int {
        let near = x / 2
        let other = x % 2 == 0 ? near - 1 : near + 1
        let corner = Int(samples[near])
        guard samples.indices.contains(other) else { return (3 * corner + Int(far[near]) + 2) >> 2 }
        let diagonal = corner + 3 * Int(samples[other]) + 3 * Int(far[near]) + Int(far[other]) + 8
        return ((diagonal >> 3) + corner) >> 1
    }
}
