// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pixelation
import Pixels
import Scripted
import Testing

/// The outputs of a picture that is stored with an orientation are compared with those of the same picture stored
/// upright. They may differ by the order of roundings.
@Suite struct UprightTests {
    @Test(arguments: Orientation.allCases)
    func `the outputs of a picture stored turned are upright`(_ orientation: Orientation) throws {
        let (width, height) = (90, 60)
        let upright = (0..<height).map { y in (0..<width).map { x in Self.pixel(x, y) } }
        // The Exif standard states for each orientation the sides at which row 0 and column 0 of the stored picture are
        // seen.
        let (storedWidth, storedHeight) = orientation.rawValue >= 5 ? (height, width) : (width, height)
        var stored: [UInt8] = []
        for row in 0..<storedHeight {
            for column in 0..<storedWidth {
                let (x, y): (Int, Int)
                switch orientation.rawValue {
                case 2: (x, y) = (width - 1 - column, row)
                case 3: (x, y) = (width - 1 - column, height - 1 - row)
                case 4: (x, y) = (column, height - 1 - row)
                case 5: (x, y) = (row, column)
                case 6: (x, y) = (width - 1 - row, column)
                case 7: (x, y) = (width - 1 - row, height - 1 - column)
                case 8: (x, y) = (row, height - 1 - column)
                default: (x, y) = (column, row)
                }
                stored += upright[y][x]
            }
        }
        let kind = FormatTests.Kind(name: "", sampling: [(1, 1), (1, 1), (1, 1)])
        let plain = try #require(FormatTests.encode(kind, stored, storedWidth, storedHeight))
        let file = PixelatorTests.with([PixelatorTests.exif(UInt8(orientation.rawValue))], in: plain)
        let straight = try #require(
            FormatTests.encode(kind, upright.flatMap { $0.flatMap { $0 } }, width, height))
        try Self.expectSimilar(file, straight, width: width, height: height, level: 2)
        // The policy `reference` ignores the orientation.
        guard orientation != .upright else { return }
        var options = PixelationOptions()
        options.metadata = .reference
        let turned = try Pixelator(options).pixelate(file).outputs[0].bytes
        #expect(try turned == Pixelator(options).pixelate(plain).outputs[0].bytes)
    }

    /// The corpus has eight files of each scene, one for each orientation.
    @Test(arguments: 2...8)
    func `photographs stored turned have the outputs of the upright photograph`(_ orientation: Int) throws {
        guard SharedCorpus.folder != nil else { return }
        for scene in ["Landscape", "Portrait"] {
            let straight = try SharedCorpus.bytes("orientation/\(scene)_1.jpg")
            let turned = try SharedCorpus.bytes("orientation/\(scene)_\(orientation).jpg")
            let survey = try Pixelator(PixelationOptions()).survey(straight)
            #expect(try Pixelator(PixelationOptions()).survey(turned).orientation.rawValue == orientation)
            try Self.expectSimilar(turned, straight, width: survey.width, height: survey.height, level: 2)
        }
    }

    /// Expects that the mean difference of two outputs, over their samples, is at most `level`. A border between two
    /// blocks that lies between two pixels may move by one pixel when the picture is turned.
    private static func expectSimilar(
        _ first: [UInt8], _ second: [UInt8], width: Int, height: Int, level: Double
    ) throws {
        let pixelator = Pixelator(PixelationOptions())
        for (one, other) in try zip(pixelator.pixelate(first).outputs, pixelator.pixelate(second).outputs) {
            let survey = try pixelator.survey(one.bytes)
            #expect(survey.width == width && survey.height == height)
            let a = try #require(FormatTests.decode(one.bytes, count: width * height * 3))
            let b = try #require(FormatTests.decode(other.bytes, count: width * height * 3))
            // One byte out of 31 is sufficient, because 31 is coprime to the number of bands.
            let places = stride(from: 0, to: a.count, by: 31)
            let difference = places.reduce(0) { $0 + abs(Int(a[$1]) - Int(b[$1])) }
            #expect(Double(difference) <= level * Double(a.count / 31), "n \(one.size)")
        }
    }

    /// Returns a pixel of a picture that differs from all its rotations and reflections.
    private static func pixel(_ x: Int, _ y: Int) -> [UInt8] {
        [UInt8(40 + 2 * x), UInt8(250 - 3 * y), x < 30 && y < 40 ? 200 : 60]
    }
}
