// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Scripted
import Testing

/// The engine is tested with files of several scans that lack the end-of-image marker.
@Suite struct SeveralScansTests {
    static let kinds = FormatTests.kinds.filter { $0.isProgressive || $0.hasSeparateScans }

    /// Returns what may follow a picture, each with a name.
    private static func tails(_ random: inout SplitMix) throws -> [(String, [UInt8])] {
        let another = try #require(FormatTests.encode(.init(name: ""), 24, 16, &random))
        let video = (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let frame = HostileFile.segment(0xC0, HostileFile.frame(16, 16, components: 3))
        return [
            ("nothing", []), ("another picture", another), ("a second frame header", frame),
            ("a video", [0, 0, 0, 20] + Array("ftypqt  ".utf8) + video),
            ("zeros and another picture", [UInt8](repeating: 0, count: 70_000) + another),
            ("a malformed DQT", HostileFile.segment(0xDB, [UInt8](repeating: 0xF0, count: 65))),
            ("a malformed DRI", HostileFile.segment(0xDD, [UInt8](repeating: 0x30, count: 7))),
            ("a malformed DHT", HostileFile.segment(0xC4, [UInt8](repeating: 0xFF, count: 40))),
            ("a malformed SOS", HostileFile.segment(0xDA, [9, 9])),
            ("a scan of an unknown component", HostileFile.scan([77])),
            ("a cut DHT", [0xFF, 0xC4, 0, 60, 0]), ("a cut SOS", [0xFF, 0xDA]),
            ("an unknown marker", [0xFF, 0x55, 0xFF, 0xF7, 0, 2]),
        ]
    }

    @Test(arguments: kinds)
    func `bytes behind a complete picture change no output when truncated files are accepted`(
        _ kind: FormatTests.Kind
    ) throws {
        var random = SplitMix(seed: 31)
        let whole = try #require(FormatTests.encode(kind, 97, 61, &random))
        let outputs = try PixelatorTests.pixelate(whole).outputs
        for (name, tail) in try Self.tails(&random) {
            let file = Array(whole.dropLast(2)) + tail
            #expect(PixelatorTests.kind(file) != nil, "\(name)")
            let result = try? PixelatorTests.pixelate(file) { $0.truncated = .accept }
            #expect(result?.outputs == outputs, "\(name)")
            #expect(result?.damage.first?.kind == .truncated, "\(name)")
        }
    }

    @Test func `a scan with impossible parameters ends a progressive picture`() throws {
        var random = SplitMix(seed: 32)
        let kind = FormatTests.Kind(name: "", isProgressive: true)
        let whole = try #require(FormatTests.encode(kind, 97, 61, &random))
        let file = Array(whole.dropLast(2)) + HostileFile.scan([1, 2], from: 5, to: 3) + [1, 2, 3]
        #expect(PixelatorTests.kind(file) == .corrupt)
        let result = try PixelatorTests.pixelate(file) { $0.truncated = .accept }
        #expect(try result.outputs == PixelatorTests.pixelate(whole).outputs)
    }

    @Test(arguments: kinds)
    func `a file that is cut anywhere behind its first scan header is accepted`(
        _ kind: FormatTests.Kind
    ) throws {
        var random = SplitMix(seed: 33)
        let whole = try #require(FormatTests.encode(kind, 24, 17, &random))
        let first = try #require(whole.firstRange(of: [0xFF, 0xDA] as [UInt8])?.upperBound)
        let data = first + Int(whole[first + 1])
        for count in data..<whole.count {
            let cut = Array(whole[..<count])
            let refusal = PixelatorTests.kind(cut) {
                $0.truncated = .accept
                $0.sizes = [8]
            }
            #expect(refusal == nil, "\(count) of \(whole.count) bytes")
        }
    }

    @Test func `an error before the end of the first scan is no end of the picture`() throws {
        let start = HostileFile.progressive(64, 64, scans: 1, components: 3)
        let scan = try #require(start.firstRange(of: [0xFF, 0xDA] as [UInt8])?.lowerBound)
        // The first scan needs a Huffman table that the file does not have.
        let file =
            Array(start[..<scan]) + HostileFile.segment(0xDA, [3, 1, 0x30, 2, 0x30, 3, 0x30, 0, 0, 0])
            + Array(start[(scan + 14)...])
        #expect(PixelatorTests.kind(file) { $0.truncated = .accept } == .corrupt)
    }
}
