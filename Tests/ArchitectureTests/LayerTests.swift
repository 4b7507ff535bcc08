// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The layers of the project: a module imports only from layers below its own.
struct LayerTests {
    static let layers: [[String]] = [
        [
            "CLibC", "CLibCurl", "CLibCrypto", "CLibExpat", "CLibGIF", "CLibJPEG", "CLibPNG", "CLibSeccomp",
            "CLibSystemd",
            "CLibTIFF", "CLibTurboJPEG", "CLibWebP", "CLibZ",
        ],
        [
            "CDigests", "CHEIF", "CJPEG", "CPNG", "CPixels", "CSandbox", "CTIFF", "CVersion", "CWebP",
            "Support",
        ],
        ["HTTP", "Digests", "Exif", "Gzip", "Pixels", "S3Events", "Metrics", "Sizing"],
        [
            "SigV4", "Curl", "BMP", "GIF", "GIFEncoder", "HEIF", "JPEG", "JPEGEncoder", "PNG", "PNGEncoder",
            "Sandbox", "Systemd", "TIFF", "Tracing", "WebP", "WebPEncoder",
        ],
        [
            "AWS", "Pixelation", "BMPDecoder", "GIFDecoder", "HEIFDecoder", "JPEGDecoder", "PNGDecoder",
            "TIFFDecoder", "WebPDecoder",
        ],
        ["Decoding", "Verification", "Worker"],
        ["Audit", "DeadLetters", "DecoderProcesses", "Settings"],
        ["Daemon", "LocalPictures"],
        ["pixelated", "pixelated-bench", "pixelated-http-bench"],
    ]

    static let layer: [String: Int] = Dictionary(
        uniqueKeysWithValues: layers.enumerated().flatMap { layer, modules in modules.map { ($0, layer) } })

    /// The dependencies of each target of Package.swift.
    static func declared() throws -> [String: Set<String>] {
        let manifest = try Project.text("Package.swift")
        let target = /(?:target|executableTarget|testTarget)\(\s*name: "([^"]+)"((?:[^()]|\([^()]*\))*)\)/
        let list = /dependencies: \[((?:[^\[\]])*)\]/
        let name = /"([A-Za-z0-9_-]+)"(?=\s*[,\]\s]|$)/
        var found: [String: Set<String>] = [:]
        for match in manifest.matches(of: target) {
            var dependencies: Set<String> = []
            if let inner = String(match.2).firstMatch(of: list) {
                // A product of a package is written `.product(name: …)`; only plain strings are modules of ours.
                let plain = String(inner.1).replacing(/\.product\([^)]*\)/, with: "")
                dependencies = Set(plain.matches(of: name).map { String($0.1) })
            }
            found[String(match.1)] = dependencies
        }
        return found
    }

    static func imports(_ file: Project.File) -> Set<String> {
        let line =
            /^(?:@[A-Za-z_]+(?:\([^)]*\))?\s+|(?:package|internal|private|public|fileprivate)\s+)*import\s+(?:struct\s+|class\s+|enum\s+|func\s+|protocol\s+)?([A-Za-z0-9_]+)/
        return Set(file.lines.compactMap { $0.firstMatch(of: line).map { String($0.1) } })
    }

    @Test func `every module has its layer`() throws {
        #expect(try Project.modules() == Set(Self.layer.keys))
    }

    @Test func `Package.swift and README count the same layers`() throws {
        // Each "Layer N:" holds until the next; what follows the last are the tests.
        let manifest = try Project.text("Package.swift")
        var counted: [String: Int] = [:]
        let parts = manifest.split(separator: #/\/\/ (?=(?:Layer \d+|Tests):)/#).dropFirst()
        for part in parts {
            guard let number = part.firstMatch(of: #/^Layer (\d+):/#).flatMap({ Int($0.1) }) else { continue }
            for target in part.matches(of: /(?:systemLibrary|arget)\(\s*name: "([^"]+)"/) {
                counted[String(target.1)] = number
            }
        }
        #expect(counted == Self.layer)
        var shown: [String: Int] = [:]
        let chapter = try Project.chapter("## Source layout", in: "README.md")
        for row in chapter.matches(of: /\n\| (\d+) \| (.+?) \|/) {
            for module in row.2.matches(of: /`([^`]+)`/) { shown[String(module.1)] = Int(row.1) }
        }
        #expect(shown == Self.layer)
    }

    @Test func `a module imports from lower layers only and declares what it imports`() throws {
        let declared = try Self.declared()
        for file in try Project.swift("Sources") {
            guard let own = Self.layer[file.module] else { continue }
            for imported in Self.imports(file) {
                guard let other = Self.layer[imported] else { continue }
                #expect(other < own, "\(file): \(file.module) may not import \(imported)")
                #expect(
                    declared[file.module]?.contains(imported) == true,
                    "\(file): Package.swift does not say that \(file.module) needs \(imported)")
            }
        }
    }

    @Test func `a module imports what it declares`() throws {
        let files = Dictionary(grouping: try Project.swift("Sources") + Project.swift("Tests"), by: \.module)
        for (module, dependencies) in try Self.declared() {
            // C targets depend on what their headers include.
            guard let own = files[module] else { continue }
            let imported = own.reduce(into: Set<String>()) { $0.formUnion(Self.imports($1)) }
            for dependency in dependencies where Self.layer[dependency] != nil || dependency == "Scripted" {
                #expect(
                    imported.contains(dependency), "\(module) declares \(dependency) and does not import it")
            }
        }
    }

    /// The process with the credentials must not parse pictures in C, so the decoder is a module of its own.
    /// `Decoding` uses it in the programs; the benchmark measures it.
    @Test(arguments: [
        ("CLibSeccomp", "Sandbox"), ("CSandbox", "Sandbox"), ("CJPEG", "JPEGDecoder"),
        ("JPEGDecoder", "Decoding, pixelated-bench"), ("CLibJPEG", ""),
        ("CLibTurboJPEG", "pixelated-bench"), ("CPNG", "PNGDecoder"), ("PNGDecoder", "Decoding"),
        ("CHEIF", "HEIFDecoder"), ("HEIFDecoder", "Decoding"), ("CWebP", "WebPDecoder"),
        ("WebPDecoder", "Decoding"), ("BMPDecoder", "Decoding"),
        ("GIFDecoder", "Decoding"),
        ("CTIFF", "TIFFDecoder"), ("TIFFDecoder", "Decoding"),
    ])
    func `a dangerous C module is imported by few modules`(imported: String, importers: String) throws {
        let found = try Project.swift("Sources").filter { Self.imports($0).contains(imported) }
        #expect(Set(found.map(\.module)).sorted().joined(separator: ", ") == importers)
    }

    @Test func `a module and a type never share a name`() throws {
        let modules = try Project.modules()
        let type =
            /\n *(?:package |private |fileprivate |public |final |indirect )*(?:struct|class|enum|actor|protocol|typealias)\s+([A-Z][A-Za-z0-9_]*)/
        for file in try Project.swift("Sources") {
            for match in file.text.matches(of: type) where modules.contains(String(match.1)) {
                Issue.record("\(file): type \(match.1) has a module's name")
            }
        }
    }
}
