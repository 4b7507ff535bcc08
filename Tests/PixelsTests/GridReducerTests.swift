// SPDX-License-Identifier: Apache-2.0

import Digests
import Foundation
import JPEGEncoder
import Pixels
import Scripted
import Support
import Testing

@Suite struct GridReducerTests {
    /// A picture by formula (`FormulaPicture`), with what Pillow makes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        /// Pillow's name of the colour model.
        var mode: String
        var width: Int
        var height: Int
        /// The SHA-256 hash of each grid in hexadecimal digits, by size.
        var grids: [Int: String]
        /// The SHA-256 hash of the JPEG file that shows each grid in hexadecimal digits, by size; empty for modes that
        /// JPEG does not have.
        var files: [Int: String]
        var testDescription: String { "\(mode) \(width) x \(height)" }

        /// The picture; nil if its samples are not reduced by `GridReducer`.
        var picture: FormulaPicture? {
            let layouts: [String: PixelLayout] = [
                "L": .gray, "LA": .grayAlpha, "RGB": .rgbx, "RGBA": .rgba, "CMYK": .cmyk,
            ]
            return layouts[mode].map { FormulaPicture(width: width, height: height, layout: $0) }
        }
    }

    /// The cases of golden.txt, which `make_golden.py` makes with Pillow 12.1.1.
    static let cases: [Case] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "golden.txt")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        var cases: [Case] = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count == 6, let width = Int(fields[1]), let height = Int(fields[2]),
                let n = Int(fields[3])
            else { return [] }
            let next = Case(mode: String(fields[0]), width: width, height: height, grids: [:], files: [:])
            if cases.last?.testDescription != next.testDescription { cases.append(next) }
            cases[cases.count - 1].grids[n] = String(fields[4])
            if fields[5] != "-" { cases[cases.count - 1].files[n] = String(fields[5]) }
        }
        return cases
    }()

    @Test func `golden.txt has all cases`() { #expect(Self.cases.count == 119) }

    @Test(
        "files that show the grids of formula pictures are Pillow's, byte for byte",
        arguments: cases.filter { !$0.files.isEmpty })
    func goldenFiles(_ golden: Case) throws {
        let picture = try #require(golden.picture)
        let writer = GridWriter(
            width: golden.width, height: golden.height)
        for grid in picture.grids(golden.files.keys.sorted()) {
            #expect(
                Hex.encode(SHA256.digest(writer.encode(grid))) == golden.files[grid.size], "n \(grid.size)")
        }
    }

    @Test(
        "grids of formula pictures are Pillow's, bit for bit", arguments: cases.filter { $0.picture != nil })
    func golden(_ golden: Case) throws {
        let picture = try #require(golden.picture)
        let sizes = golden.grids.keys.sorted()
        for method in ReductionMethod.allCases {
            for grid in picture.grids(sizes, method: method) {
                #expect(
                    Hex.encode(SHA256.digest(grid.samples)) == golden.grids[grid.size],
                    "n \(grid.size) \(method)")
            }
        }
    }

    @Test(
        "grids of formula pictures of 16 bits are Pillow's, bit for bit",
        arguments: cases.filter { $0.mode == "I;16" })
    func golden16(_ golden: Case) {
        var reducer = Gray16Reducer(
            width: golden.width, height: golden.height, sizes: golden.grids.keys.sorted())
        for y in 0..<golden.height {
            let row = (0..<golden.width).map { UInt16(truncatingIfNeeded: 7919 * $0 + 104_729 * y + $0 * y) }
            row.withUnsafeBufferPointer { reducer.addRow($0) }
        }
        for grid in reducer.grids() {
            #expect(Hex.encode(SHA256.digest(grid.samples)) == golden.grids[grid.size], "n \(grid.size)")
        }
    }

    @Test(
        "grids of formula pictures with a palette are Pillow's, index for index",
        arguments: cases.filter { $0.mode == "P" })
    func goldenSamples(_ golden: Case) {
        let picture = FormulaPicture(width: golden.width, height: golden.height, layout: .gray)
        var sampler = PointSampler(
            width: golden.width, height: golden.height, layout: .gray, sizes: golden.grids.keys.sorted())
        for y in 0..<golden.height { picture.row(y).withUnsafeBufferPointer { sampler.addRow($0) } }
        for grid in sampler.grids() {
            #expect(Hex.encode(SHA256.digest(grid.samples)) == golden.grids[grid.size], "n \(grid.size)")
        }
    }

    @Test("sums over segments give the same grids as plain weighted sums", arguments: PixelLayout.allCases)
    func segmentsEqualPlain(_ layout: PixelLayout) {
        var random = SplitMix(seed: 20_260_101 &+ UInt64(layout.stride * layout.bands))
        let edges = [1, 2, 3, 4, 31, 32, 33, 256, 257, 1023, 1024, 1025, 12_000]
        for round in 0..<40 {
            let width = round < edges.count ? edges[round] : Int.random(in: 1...12_000, using: &random)
            let height = Int.random(in: 1...3, using: &random)
            var sizes = [8, 16, 32, 48, 64]
            if round % 3 == 0 {
                sizes = Array(Set((0..<5).map { _ in Int.random(in: 1...256, using: &random) }))
            }
            let reducers = ReductionMethod.allCases.map {
                GridReducer(width: width, height: height, layout: layout, sizes: sizes, method: $0)
            }
            for _ in 0..<height {
                let row = Self.row(width * layout.stride, &random)
                for reducer in reducers { reducer.addRow { _ = $0.update(fromContentsOf: row) } }
            }
            let grids = reducers.map { $0.grids() }
            #expect(
                grids.allSatisfy { $0 == grids[0] }, "width \(width) height \(height) sizes \(sizes)")
        }
    }

    /// Returns a row of `count` samples of random kind: noise, one value, black and white stripes, or a slope.
    private static func row(_ count: Int, _ random: inout SplitMix) -> [UInt8] {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1: return [UInt8](repeating: .random(in: 0...255, using: &random), count: count)
        case 2:
            let length = Int.random(in: 1...200, using: &random)
            return (0..<count).map { $0 / length % 2 == 0 ? 0 : 255 }
        default: return (0..<count).map { UInt8(255 * $0 / count) }
        }
    }

    @Test(arguments: PixelLayout.allCases)
    func `frames whose unchanged rows are repeated have the grids of frames of all rows`(
        _ layout: PixelLayout
    ) {
        var random = SplitMix(seed: 20_261_128)
        // As many pixels as cells, in both directions: Pillow copies such a picture if it has alpha.
        for (width, height, sizes) in [(16, 16, [16]), (400, 90, [8, 64]), (21, 300, [8, 13])] {
            let reducer = GridReducer(
                width: width, height: height, layout: layout, sizes: sizes, frames: 5)
            #expect(!reducer.keepsRows)
            var rows = (0..<height).map { _ in Self.row(width * layout.stride, &random) }
            for frame in 0..<5 {
                let top = Int.random(in: 0..<height, using: &random)
                let changed = top..<Int.random(in: top...height, using: &random)
                for y in changed { rows[y] = Self.row(width * layout.stride, &random) }
                if frame > 0 { reducer.beginFrame() }
                #expect(reducer.keepsRows == (frame > 0))
                let other = GridReducer(width: width, height: height, layout: layout, sizes: sizes)
                for y in 0..<height {
                    other.addRow { _ = $0.update(fromContentsOf: rows[y]) }
                    if frame > 0, !changed.contains(y) {
                        reducer.repeatRow()
                    } else {
                        reducer.addRow { _ = $0.update(fromContentsOf: rows[y]) }
                    }
                }
                #expect(reducer.grids() == other.grids(), "\(width) x \(height), frame \(frame)")
            }
        }
    }

    @Test(arguments: [PixelLayout.gray, .rgbx])
    func `rows elsewhere in memory have the same grids as copied rows`(_ layout: PixelLayout) {
        var random = SplitMix(seed: 20_261_129)
        for (width, sizes) in [(1, [1]), (67, [8, 64]), (1031, [8, 16, 64, 256])] {
            let reducers = (0..<2).map { _ in
                GridReducer(width: width, height: 20, layout: layout, sizes: sizes)
            }
            for _ in 0..<20 {
                let bytes = width * layout.stride
                let row = Self.row(bytes + GridReducer.readableBytes, &random)
                reducers[0].addRow { _ = $0.update(fromContentsOf: row[..<bytes]) }
                row.withUnsafeBufferPointer { row in
                    if let start = row.baseAddress { reducers[1].addRow(at: start) }
                }
            }
            #expect(reducers[0].grids() == reducers[1].grids(), "\(width)")
        }
    }

    @Test func `averages of rows are kept for several frames, and no more of them than pixels`() {
        #expect(GridReducer.keptBytes(width: 24, height: 10, sizes: [8, 16], frames: 2) == 4 * 24 * 10)
        #expect(GridReducer.keptBytes(width: 23, height: 10, sizes: [8, 16], frames: 2) == 0)
        #expect(GridReducer.keptBytes(width: 24, height: 10, sizes: [8, 16], frames: 1) == 0)
        let reducer = GridReducer(width: 23, height: 1, layout: .gray, sizes: [8, 16], frames: 2)
        reducer.addRow { $0.update(repeating: 7) }
        reducer.beginFrame()
        #expect(!reducer.keepsRows)
    }

    @Test func `a picture of one level has cells of that level`() {
        for level in [UInt8(0), 1, 127, 254, 255] {
            let reducer = GridReducer(width: 3001, height: 5, layout: .rgbx, sizes: [8, 64])
            for _ in 0..<5 { reducer.addRow { $0.update(repeating: level) } }
            for grid in reducer.grids() { #expect(grid.samples.allSatisfy { $0 == level }) }
        }
    }

    @Test func `all methods reduce the widest picture to the same grids`() {
        let picture = FormulaPicture(width: 65_500, height: 2, layout: .rgbx)
        let plain = picture.grids([8, 64, 256], method: .plain)
        for method in ReductionMethod.allCases {
            #expect(picture.grids([8, 64, 256], method: method) == plain, "\(method)")
        }
    }
}
