// SPDX-License-Identifier: Apache-2.0

import Digests
import Foundation
import Pixelation
import Pixels
import Scripted
import Support
import Testing

/// Small files of every kind that is read, with the grids that Pillow makes of them.
@Suite struct SourceFormatTests {
    /// A file of formats.txt, which `make_formats.py` makes with Pillow 12.1.1.
    struct File: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        /// Pillow's name of the colour model, with a plus sign if pixels can be transparent.
        var mode: String
        /// The SHA-256 of the grids of all sizes after each other, by the policy for metadata.
        var grids: [MetadataPolicy: String]
        var testDescription: String { name }
    }

    static let files: [File] = {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "formats.txt")
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ").map(String.init)
            guard fields.count == 5, let data = Data(base64Encoded: fields[1]) else { return nil }
            return File(
                name: fields[0], bytes: Array(data), mode: fields[2],
                grids: [.reference: fields[3], .upright: fields[4]])
        }
    }()

    static func options(_ policy: MetadataPolicy) -> PixelationOptions {
        var options = PixelationOptions()
        options.metadata = policy
        return options
    }

    @Test func `formats.txt has files of every format that is read besides JPEG`() {
        let formats = Set(Self.files.compactMap { SourceFormat($0.bytes.span) })
        #expect(formats.union([.jpeg]) == Set(SourceFormat.readable))
    }

    @Test(arguments: [
        ("heic", ["mif1"], SourceFormat.heif), ("heix", [], .heif), ("mif1", ["heic"], .heif),
        ("mif1", [], .heif),
        ("hevc", ["heic"], .heif), ("avif", [], .avif), ("avis", [], .avif),
        ("mif1", ["miaf", "avif"], .avif),
        ("isom", ["avif"], .video), ("mp42", [], .video), ("qt  ", [], .video),
    ])
    func `HEIC and AVIF files are told apart from videos and from each other by their brands`(
        _ major: String, _ compatible: [String], _ format: SourceFormat
    ) {
        let brands = [UInt8](major.utf8) + [0, 0, 0, 0] + compatible.flatMap(\.utf8)
        // Bytes behind the box are no brands.
        let box = [0, 0, 0, UInt8(8 + brands.count)] + Array("ftyp".utf8) + brands
        #expect(SourceFormat((box + Array("avifavif".utf8)).span) == format)
        for count in 8..<box.count { _ = SourceFormat(Array(box[..<count]).span) }
    }

    @Test func `the coding of the picture decides whether a file is read, not its brands`() throws {
        let file = try #require(Self.files.first { $0.name == "avif" })
        var options = Self.options(.upright)
        options.formats = [.heif, .jpeg]
        var renamed = file.bytes
        renamed.replaceSubrange(8..<12, with: Array("heic".utf8))
        for bytes in [file.bytes, renamed] {
            let error = #expect(throws: PixelationError.self) {
                try Pixelator.reduction(of: bytes, options)
            }
            #expect(error?.kind == .unsupportedFormat && error?.detail.contains("AVIF") == true)
        }
        options.formats = [.heif, .avif]
        #expect(throws: Never.self) { try Pixelator.reduction(of: renamed, options) }
    }

    @Test(arguments: files, MetadataPolicy.allCases)
    func `grids are those of Pillow's pixels`(_ file: File, _ policy: MetadataPolicy) throws {
        let reduction = try Pixelator.reduction(of: file.bytes, Self.options(policy))
        #expect(reduction.frames.count == 1 && reduction.damage.isEmpty)
        let samples = reduction.grids.flatMap(\.samples)
        #expect(Hex.encode(SHA256.digest(samples)) == file.grids[policy], "\(reduction.grids[0].color)")
        #expect(reduction.grids.allSatisfy { $0.color.hasAlpha == file.mode.hasSuffix("+") })
    }

    @Test(arguments: files)
    func `a file that is cut at any byte is refused or has the right size`(_ file: File) throws {
        for count in 0..<file.bytes.count {
            let part = Array(file.bytes[..<count])
            for truncated in TruncationPolicy.allCases {
                var options = Self.options(.upright)
                options.sizes = [8]
                options.truncated = truncated
                do throws(PixelationError) {
                    let reduction = try Pixelator.reduction(of: part, options)
                    #expect(reduction.grids[0].size == 8)
                    #expect(reduction.damage.allSatisfy { $0.kind == .truncated })
                    #expect(truncated == .accept || reduction.damage.isEmpty, "\(count)")
                } catch {
                    let kinds: [PixelationError.Kind] = [
                        .notAnImage, .truncated, .corrupt, .unsupportedFormat,
                    ]
                    #expect(kinds.contains(error.kind), "\(count): \(error)")
                }
            }
        }
    }

    @Test(arguments: files)
    func `a file with any changed byte is refused or has the right size`(_ file: File) throws {
        var random = SplitMix(seed: 14)
        for _ in 0..<300 {
            var changed = file.bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let header = Int.random(in: 0..<min(150, changed.count), using: &random)
                let anywhere = Int.random(in: 0..<changed.count, using: &random)
                let at = Bool.random(using: &random) ? header : anywhere
                changed[at] = .random(in: 0...255, using: &random)
            }
            var options = Self.options(.upright)
            options.sizes = [8]
            // A few bytes can announce a large picture, which takes long in a debug build.
            options.limits.pixels = 20_000
            do throws(PixelationError) {
                let reduction = try Pixelator.reduction(of: changed, options)
                #expect(reduction.grids[0].size == 8)
            } catch {
                #expect(error.kind != .internal && error.kind != .deadline, "\(error)")
            }
        }
    }
}
