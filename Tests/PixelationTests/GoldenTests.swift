// SPDX-License-Identifier: Apache-2.0

import Digests
import Foundation
import Pixelation
import Pixels
import Scripted
import Support
import Testing

/// The outputs of whole files are compared with those that Pillow 12.1.1 makes: of files that are made from golden.txt,
/// and of the files of `SharedCorpus` if it is present.
@Suite struct GoldenTests {
    /// A JPEG file of a `FormulaPicture`, and the hashes of its outputs that Pillow has made (`make_golden.py`).
    struct FormulaFile: Sendable, CustomTestStringConvertible {
        var kind: FormatTests.Kind
        var width: Int
        var height: Int
        var hasComment: Bool
        /// The SHA-256 hash of the file.
        var source: String
        /// The SHA-256 hash of each output, in the order of the default sizes.
        var outputs: [String]
        var testDescription: String { "\(kind.name) \(width) x \(height)" }

        /// Creates the file that a line of golden.txt describes; nil if the line is malformed.
        init?(_ line: Substring) {
            let fields = line.split(separator: " ").map(String.init)
            guard fields.count == 13, let width = Int(fields[1]), let height = Int(fields[2]),
                let interval = Int32(fields[5]),
                let components = ["L": 1, "RGB": 3, "CMYK": 4][fields[0]],
                let factors = ["1x1": (1, 1), "2x1": (2, 1), "2x2": (2, 2)][fields[3]] as (Int32, Int32)?
            else { return nil }
            kind = FormatTests.Kind(
                name: fields[0...6].joined(separator: " "), components: components,
                sampling: components == 3 ? [factors, (1, 1), (1, 1)] : [],
                isUntransformed: components == 4, isProgressive: fields[4] == "progressive",
                restartInterval: interval)
            self.width = width
            self.height = height
            hasComment = fields[6] == "comment"
            source = fields[7]
            outputs = Array(fields[8...])
        }

        func bytes() throws -> [UInt8] {
            let layout: PixelLayout = kind.components == 1 ? .gray : kind.components == 3 ? .rgbx : .cmyk
            let picture = FormulaPicture(width: width, height: height, layout: layout)
            var pixels: [UInt8] = []
            for y in 0..<height {
                let row = picture.row(y)
                // The row has four bytes a pixel, the last of which is not part of the file.
                pixels += layout == .rgbx ? row.enumerated().filter { $0.offset % 4 < 3 }.map(\.element) : row
            }
            let file = try #require(FormatTests.encode(kind, pixels, width, height))
            guard hasComment else { return file }
            return PixelatorTests.with(
                [PixelatorTests.exif(6), (0xFE, Array("first".utf8)), (0xFE, Array("last".utf8))], in: file)
        }
    }

    static let formulaFiles: [FormulaFile] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "golden.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap(FormulaFile.init)
    }()

    @Test func `golden.txt has all files`() { #expect(Self.formulaFiles.count == 15) }

    @Test("the outputs of a file by formula are Pillow's, byte for byte", arguments: formulaFiles)
    func formula(_ expected: FormulaFile) throws {
        let bytes = try expected.bytes()
        #expect(sha256(bytes) == expected.source, "libjpeg wrote another file than Pillow")
        var options = PixelationOptions()
        options.metadata = .reference
        let outputs = try Pixelator(options).pixelate(bytes).outputs
        #expect(outputs.map { sha256($0.bytes) } == expected.outputs)
    }

    // MARK: The corpus

    /// The golden data of a picture of the corpus: a line of its JSON file.
    struct CorpusFile: Decodable, Sendable {
        struct Output: Decodable, Sendable {
            /// The SHA-256 hash of the grid's samples.
            var grid: String
            /// The SHA-256 hash of the output.
            var file: String
            /// The length of the output in bytes.
            var bytes: Int
        }
        var path: String
        var format: String
        /// The outputs by their size, in decimal digits.
        var v: [String: Output]
    }

    @Test func `the outputs of every picture of the corpus are Pillow's`() throws {
        guard SharedCorpus.folder != nil else { return }
        let lines = try SharedCorpus.bytes("golden/pillow-12.1.1.jsonl").split(separator: 10)
        let files = try lines.map { try JSONDecoder().decode(CorpusFile.self, from: Data($0)) }
        #expect(!files.isEmpty)
        var options = PixelationOptions()
        options.metadata = .reference
        let pixelator = Pixelator(options)
        for expected in files {
            let bytes = try SharedCorpus.bytes(expected.path)
            guard expected.format == "JPEG" else {
                // Files of the other formats are compressed differently, so that only the grids can be compared.
                let grids = try Pixelator.reduction(of: bytes, options).grids
                #expect(grids.map(\.size) == options.sizes)
                for grid in grids {
                    let known = try #require(expected.v["\(grid.size)"])
                    #expect(sha256(grid.samples) == known.grid, "\(expected.path) \(grid.size)")
                }
                continue
            }
            let outputs = try pixelator.pixelate(bytes).outputs
            #expect(outputs.map(\.size) == options.sizes)
            for output in outputs {
                let known = try #require(expected.v["\(output.size)"])
                #expect(output.bytes.count == known.bytes, "\(expected.path) \(output.size)")
                #expect(sha256(output.bytes) == known.file, "\(expected.path) \(output.size)")
            }
        }
    }
}

func sha256(_ bytes: [UInt8]) -> String { Hex.encode(SHA256.digest(bytes)) }
