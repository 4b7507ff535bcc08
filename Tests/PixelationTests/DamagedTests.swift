// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pixelation
import Scripted
import Testing

/// The engine is tested with files that are cut, changed or followed by other bytes. damaged.txt has what Pillow 12.1.1
/// makes of each (`make_damaged.py`).
@Suite struct DamagedTests {
    /// A file that is damaged by edits, and the result of Pillow.
    struct DamagedFile: Sendable {
        /// The fields of the line that describe the file, separated by spaces.
        var name: String
        var base: GoldenTests.FormulaFile
        var edits: String
        /// The first 16 digits of the SHA-256 hash of the damaged file.
        var source: String
        /// The SHA-256 hash of the outputs, one after another; nil if Pillow refuses the file.
        var outputs: String?

        /// Creates the file that a line of damaged.txt describes; nil if the line is malformed.
        init?(_ line: Substring) {
            let fields = line.split(separator: " ").map(String.init)
            guard fields.count == 9,
                // A line of golden.txt has the metadata and six hashes, which are not used here.
                let base = GoldenTests.FormulaFile(
                    (fields[..<6] + [String](repeating: "none", count: 7)).joined(separator: " ")[...])
            else { return nil }
            name = fields[..<7].joined(separator: " ")
            self.base = base
            edits = fields[6]
            source = fields[7]
            outputs = fields[8] == "refused" ? nil : fields[8]
        }
    }

    static let files: [DamagedFile] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "damaged.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap(DamagedFile.init)
    }()

    @Test func `damaged files are pixelated or refused as by Pillow, byte for byte`() throws {
        #expect(Self.files.count == 912)
        var bases: [String: [UInt8]] = [:]
        var options = PixelationOptions()
        options.metadata = .reference
        let pixelator = Pixelator(options)
        for file in Self.files {
            let base = try bases[file.base.kind.name] ?? file.base.bytes()
            bases[file.base.kind.name] = base
            let bytes = try Self.edit(base, file.edits)
            #expect(sha256(bytes).hasPrefix(file.source), "\(file.name): another file than that of Pillow")
            do {
                let outputs = try pixelator.pixelate(bytes).outputs
                #expect(sha256(outputs.flatMap(\.bytes)) == file.outputs, "\(file.name)")
            } catch {
                #expect(file.outputs == nil, "\(file.name): \(error)")
            }
        }
    }

    // MARK: Damage

    /// A file of 120 x 64 pixels with 8 x 4 MCUs and a restart marker after each third MCU.
    private static func restarting() throws -> [UInt8] {
        let file = try #require(files.first { $0.base.kind.name == "RGB 120 64 2x2 baseline 3 none" })
        return try file.base.bytes()
    }

    @Test func `bytes before restart markers are told as damage and change no output`() throws {
        let clean = try Self.restarting()
        let padded = try Self.edit(clean, "r00*40")
        let result = try PixelatorTests.pixelate(padded) { $0.limits.damagedPercent = 0 }
        #expect(try result.outputs == PixelatorTests.pixelate(clean).outputs)
        #expect(result.damage.map(\.kind) == [.corruptData] && result.damage.first?.percent == 0)
        #expect(result.damage.first?.detail.contains("extraneous bytes") == true)
        #expect(try PixelatorTests.pixelate(clean).damage.isEmpty)
    }

    @Test func `lost data are told with the share of rows and limited by it`() throws {
        let clean = try Self.restarting()
        let places = Self.restarts(clean)
        // The data of the MCUs 15, 16 and 17 are lost, which are in the second and third row of four.
        let cut = try Self.edit(clean, "@\(places[4] + 2)-\(places[5] - places[4] - 2)+")
        let result = try PixelatorTests.pixelate(cut)
        #expect(result.damage.map(\.kind) == [.corruptData] && result.damage.first?.percent == 50)
        #expect(PixelatorTests.kind(cut) { $0.limits.damagedPercent = 50 } == nil)
        #expect(PixelatorTests.kind(cut) { $0.limits.damagedPercent = 49 } == .tooMuchDamage)
        // Without restart markers everything behind the end of the data is lost: here all four rows but the first.
        let plain = try #require(
            FormatTests.encode(FormatTests.Kind(name: ""), [UInt8](repeating: 9, count: 64 * 64 * 3), 64, 64))
        let short = Array(plain.dropLast(5)) + [0xFF, 0xD9]
        let rest = try PixelatorTests.pixelate(short)
        #expect((25...100).contains(rest.damage.first?.percent ?? 0))
    }

    @Test func `thousands of warnings pass when the picture is intact`() throws {
        let file = HostileFile.warnings()
        let result = try PixelatorTests.pixelate(file) { $0.sizes = [8] }
        #expect(result.damage.first?.percent == 0)
        #expect(result.damage.first?.detail.contains("9999 warnings") == true)
    }

    @Test func `a complete picture is neither truncated nor damaged by what follows it`() throws {
        let whole = PixelatorTests.picture(64, 48)
        let outputs = try PixelatorTests.pixelate(whole).outputs
        let tails: [(String, [UInt8])] = [
            ("zeros", [UInt8](repeating: 0, count: 500)), ("text", Array("a trailer of the vendor".utf8)),
            ("segments", HostileFile.repeated([0xFF, 0xE5, 0, 2], 3000)),
            ("a cut segment", [0xFF, 0xE5, 9, 9, 9, 9, 9, 9, 9]),
        ]
        for (name, tail) in tails {
            for policy in TruncationPolicy.allCases {
                let result = try PixelatorTests.pixelate(Array(whole.dropLast(2)) + tail) {
                    $0.truncated = policy
                }
                #expect(result.outputs == outputs && result.damage.isEmpty, "\(name), \(policy)")
            }
        }
        // A second frame header is an error, as in Pillow, unless truncated files are accepted.
        let frame =
            Array(whole.dropLast(2)) + HostileFile.segment(0xC0, HostileFile.frame(8, 8, components: 3))
        #expect(PixelatorTests.kind(frame) == .corrupt)
        let accepted = try PixelatorTests.pixelate(frame) { $0.truncated = .accept }
        #expect(accepted.outputs == outputs && accepted.damage.isEmpty)
    }

    @Test func `an error is found in the block of the file in which the picture ends`() throws {
        // Pillow reads blocks of 65536 bytes, and nothing behind the one with the last row.
        let whole = PixelatorTests.picture(64, 48)
        let frame = HostileFile.segment(0xC0, HostileFile.frame(8, 8, components: 3))
        let comment = { (count: Int) in HostileFile.segment(0xFE, [UInt8](repeating: 32, count: count - 4)) }
        let picture = Array(whole.dropLast(2))
        let near = picture + comment(65_536 - picture.count - frame.count) + frame
        let far = picture + comment(65_536 - picture.count) + frame
        let rest = [UInt8](repeating: 0, count: 70_000)
        #expect(PixelatorTests.kind(near) { $0.sizes = [8] } == .corrupt)
        #expect(PixelatorTests.kind(near + rest) { $0.sizes = [8] } == .corrupt)
        #expect(PixelatorTests.kind(far + rest) { $0.sizes = [8] } == nil)
        #expect(PixelatorTests.kind(far) { $0.sizes = [8] } == nil)
    }

    @Test func `a profile that is dropped is told unless outputs have none anyway`() throws {
        let half = (UInt8(0xE2), Array("ICC_PROFILE\0".utf8) + [1, 2, 7])
        let source = PixelatorTests.with([half], in: PixelatorTests.picture(64, 48))
        let damage = try PixelatorTests.pixelate(source).damage
        #expect(
            damage.map(\.kind) == [.noProfile] && damage.first?.detail.contains("1 fragments of 2") == true)
        #expect(try PixelatorTests.pixelate(source) { $0.metadata = .reference }.damage.isEmpty)
    }

    @Test func `a version or transform that libjpeg does not know is no damage`() throws {
        var file = PixelatorTests.picture(64, 48)
        // The JFIF segment follows the SOI marker: marker, length, "JFIF", 0, and the major version.
        #expect(file[6..<11].elementsEqual("JFIF\0".utf8))
        file[11] = 9
        #expect(try PixelatorTests.pixelate(file).damage.isEmpty)
        let kind = FormatTests.Kind(name: "", isUntransformed: true)
        var plain = try #require(FormatTests.encode(kind, [UInt8](repeating: 9, count: 16 * 16 * 3), 16, 16))
        let adobe = try #require(plain.firstRange(of: Array("Adobe".utf8)))
        // The transform is the last byte of the segment, behind the version and two flags.
        plain[adobe.upperBound + 6] = 9
        #expect(try PixelatorTests.pixelate(plain).damage.isEmpty)
    }

    // MARK: Edits

    private static func edit(_ bytes: [UInt8], _ edits: String) throws -> [UInt8] {
        var bytes = bytes
        for edit in edits.split(separator: ",") {
            let text = edit.dropFirst()
            switch edit.first {
            case "-":
                bytes.removeLast(try #require(Int(text)))
            case "+":
                bytes += try inserted(text)
            case "r":
                let more = try inserted(text)
                for place in restarts(bytes).reversed() { bytes.insert(contentsOf: more, at: place) }
            default:
                let numbers = text.prefix { $0 != "+" }.split(separator: "-").compactMap { Int($0) }
                let more = try inserted(text.drop { $0 != "+" }.dropFirst())
                bytes.replaceSubrange(numbers[0]..<numbers[0] + numbers[1], with: more)
            }
        }
        return bytes
    }

    /// Returns the bytes that `text` describes: hexadecimal digits, and `*` with a number of repetitions.
    private static func inserted(_ text: Substring) throws -> [UInt8] {
        let parts = text.split(separator: "*")
        let digits = Array(parts.first ?? "")
        let bytes = try stride(from: 0, to: digits.count, by: 2).map {
            try #require(UInt8(String(digits[$0..<$0 + 2]), radix: 16))
        }
        return HostileFile.repeated(bytes, parts.count == 2 ? try #require(Int(parts[1])) : 1)
    }

    /// Returns the places of the restart markers in the data of a baseline file.
    static func restarts(_ bytes: [UInt8]) -> [Int] {
        var start = 2
        repeat {
            start += 2 + Int(bytes[start + 2]) << 8 + Int(bytes[start + 3])
        } while bytes[start + 1] != 0xDA
        start += 2 + Int(bytes[start + 2]) << 8 + Int(bytes[start + 3])
        return (start..<bytes.count - 1).filter { bytes[$0] == 0xFF && (0xD0...0xD7).contains(bytes[$0 + 1]) }
    }
}
