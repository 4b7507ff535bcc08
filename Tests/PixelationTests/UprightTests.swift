// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pixelation
import Pixels
import Testing

/// A picture stored turned comes out as the one stored upright, but for the order of roundings.
@Suite struct UprightTests {
    @Test(arguments: Orientation.allCases)
    func `a picture stored turned comes out upright`(_ orientation: Orientation) throws {
        let (width, height) = (90, 60)
        let upright = (0..<height).map { y in (0..<width).map { x in Self.pixel(x, y) } }
        // Where EXIF's table says that row 0 and column 0 of the stored picture are seen.
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
        // As stored, it is another picture.
        guard orientation != .upright else { return }
        var options = PixelationOptions()
        options.metadata = .reference
        let turned = try Pixelator(options).pixelate(file).outputs[0].bytes
        #expect(try turned == Pixelator(options).pixelate(plain).outputs[0].bytes)
    }

    /// Of each scene eight files, one for each way to hold the camera.
    @Test(
        "photographs of one scene come out alike",
        .enabled(if: SharedCorpus.isPresent, "\(SharedCorpus.absence)"),
        arguments: ["Landscape", "Portrait"], 2...8)
    func photographs(_ scene: String, _ orientation: Int) throws {
        let straight = try SharedCorpus.bytes("orientation/\(scene)_1.jpg")
        let turned = try SharedCorpus.bytes("orientation/\(scene)_\(orientation).jpg")
        let survey = try Pixelator(PixelationOptions()).survey(straight)
        #expect(try Pixelator(PixelationOptions()).survey(turned).orientation.rawValue == orientation)
        try Self.expectSimilar(turned, straight, width: survey.width, height: survey.height, level: 2)
    }

    /// All variants show the same to within a level on average: where a cell's edge lies between two pixels, turning
    /// may move it by one.
    private static func expectSimilar(
        _ first: [UInt8], _ second: [UInt8], width: Int, height: Int, level: Double
    ) throws {
        let pixelator = Pixelator(PixelationOptions())
        let variants = try zip(
            pixelator.pixelate(first).outputs,
            pixelator.pixelate(second).outputs)
        for (one, other) in variants {
            let survey = try pixelator.survey(one.bytes)
            #expect(survey.width == width && survey.height == height)
            let a = try #require(FormatTests.decode(one.bytes, count: width * height * 3))
            let b = try #require(FormatTests.decode(other.bytes, count: width * height * 3))
            // A sample of the bytes, coprime to their three bands, is enough.
            let places = stride(from: 0, to: a.count, by: 31)
            let difference = places.reduce(0) { $0 + abs(Int(a[$1]) - Int(b[$1])) }
            #expect(Double(difference) <= level * Double(a.count / 31), "n \(one.size)")
        }
    }

    /// Every quarter and both directions look different.
    private static func pixel(_ x: Int, _ y: Int) -> [UInt8] {
        [UInt8(40 + 2 * x), UInt8(250 - 3 * y), x < 30 && y < 40 ? 200 : 60]
    }
}
