// SPDX-License-Identifier: Apache-2.0

import Foundation
import JPEG
import Pixelation
import Pixels
import Scripted
import Testing

/// Known answers for tables, grids and whole files of pictures by formula, made with Pillow 13.
@Suite(.enabled(if: SharedCorpus.isPresent, "\(SharedCorpus.absence)")) struct VectorTests {
    struct Vectors: Decodable, Sendable {
        struct Coefficients: Decodable, Sendable {
            /// Of each cell in turn its start, its count and its weights.
            var sha256_all_int32le: String
        }
        struct Nearest: Decodable, Sendable { var sha256_u8: String }
        var coeffs: [String: Coefficients]
        var nearest: [String: Nearest]
        var cases: [Case]
    }

    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var w: Int
        var h: Int
        var mode: String
        var n: Int
        var horizontalFirst: String?
        /// Of the whole file, where Pillow can write one.
        var jpeg: String?
        /// The file shows the grid that Pillow 13 reduced vertically first, which the reference did not.
        var vfirst_13: Bool?
        var testDescription: String { "\(mode) \(w) x \(h) n \(n)" }

        enum CodingKeys: String, CodingKey {
            case w, h, mode, n, jpeg, vfirst_13
            case horizontalFirst = "grid_hfirst_pillow<=12.1"
        }
    }

    static let vectors: Vectors? = {
        guard let data = try? SharedCorpus.bytes("golden/vectors.json") else { return nil }
        return try? JSONDecoder().decode(Vectors.self, from: Data(data))
    }()

    static let layouts: [String: PixelLayout] = ["L": .gray, "RGB": .rgbx, "CMYK": .cmyk]

    /// Those of the modes that a JPEG file can have.
    static var cases: [Case] { vectors?.cases.filter { layouts[$0.mode] != nil } ?? [] }

    /// "4032->8"
    private static func sides(_ name: String) throws -> (Int, Int) {
        let sides = name.split(separator: ">").map { Int($0.filter(\.isNumber)) ?? 0 }
        return try #require(sides.count == 2 ? (sides[0], sides[1]) : nil)
    }

    @Test func `the vectors are there`() {
        #expect(Self.cases.count >= 60)
        #expect(Self.vectors?.coeffs.isEmpty == false && Self.vectors?.nearest.isEmpty == false)
    }

    @Test func `tables are the known ones`() throws {
        let vectors = try #require(Self.vectors)
        for (name, known) in vectors.coeffs {
            let (length, cells) = try Self.sides(name)
            let filter = TriangleFilter(length: length, cells: cells)
            let numbers = (0..<cells).flatMap { cell -> [Int32] in
                let (start, count) = (filter.starts[cell], filter.counts[cell])
                let first = filter.offsets[cell]
                return [Int32(start), Int32(count)] + filter.weights[first..<first + count]
            }
            let bytes = numbers.flatMap { number in
                withUnsafeBytes(of: number.littleEndian) { Array($0) }
            }
            #expect(sha256(bytes) == known.sha256_all_int32le, "\(name)")
        }
        for (name, known) in vectors.nearest {
            let (cells, length) = try Self.sides(name)
            #expect(sha256(NearestMap.cells(cells, over: length)) == known.sha256_u8, "\(name)")
        }
    }

    @Test(arguments: cases)
    func `grids and files are the known ones`(_ known: Case) throws {
        let layout = try #require(Self.layouts[known.mode])
        let picture = FormulaPicture(width: known.w, height: known.h, layout: layout)
        let grid = picture.grids([known.n])[0]
        #expect(sha256(grid.samples) == known.horizontalFirst)
        guard known.vfirst_13 == false else { return }
        let writer = GridWriter(width: known.w, height: known.h, attachments: GridAttachments())
        #expect(sha256(writer.encode(grid)) == known.jpeg)
    }
}
