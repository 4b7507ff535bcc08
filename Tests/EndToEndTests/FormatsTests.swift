// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Sources in several formats, and outputs in the format of the source or another one.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct FormatsTests {
    /// A source: its key, and the name of its file in the formats.txt of PixelationTests.
    private struct Source {
        var key: String
        var file: String
        /// The ending of the keys of the outputs, behind the key of the source.
        var ending = ""
        /// The media type of the outputs.
        var type: String
    }

    private static let sources = [
        Source(key: "screenshot.png", file: "png-2-8", type: "image/png"),
        Source(key: "sticker.png", file: "png-3-8-transparent", type: "image/png"),
        // The content decides about the format, not the name.
        Source(key: "a png.jpg", file: "png-6-8", type: "image/png"),
        Source(key: "scan.bmp", file: "bmp-24", ending: ".jpg", type: "image/jpeg"),
        Source(key: "SCAN.BMP", file: "bmp-8", ending: ".jpg", type: "image/jpeg"),
        Source(key: "transparent.bmp", file: "bmp-32-rgba", ending: ".png", type: "image/png"),
        Source(key: "a bmp.jpg", file: "bmp-24", ending: ".jpg", type: "image/jpeg"),
        Source(key: "no-extension", file: "bmp-1", ending: ".jpg", type: "image/jpeg"),
    ]
    private static let sizes = [8, 16, 32, 48, 64]

    private static func bytes(_ name: String) throws -> Data {
        let list = Project.root.appending(path: "Tests/PixelationTests/formats.txt")
        let line = try String(contentsOf: list, encoding: .utf8).split(separator: "\n")
            .first { $0.hasPrefix(name + " ") }
        let fields = try #require(line).split(separator: " ")
        return try #require(Data(base64Encoded: String(fields[1])))
    }

    /// Returns the SHA-256 of the outputs of the command `pixelate`, by the names of the outputs.
    private static func local(_ name: String, _ source: Source, _ cloud: LocalCloud) async throws -> [String]
    {
        let folder = cloud.directory.appending(path: "local-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: name)
        try bytes(source.file).write(to: file)
        let child = try ChildProcess(
            Project.pixelated, ["pixelate", file.path, "--output", folder.appending(path: "out").path])
        #expect(try await child.end() == .exit(0), "\(child.log.lines)")
        return try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "out").path)
            .sorted()
    }

    @Test func `sources in all formats have outputs of the right names and types, and are finished once`()
        async throws
    {
        try await LocalCloud.run { cloud in
            let pixelated = try await cloud.pixelated()
            for source in Self.sources {
                let path = cloud.directory.appending(path: UUID().uuidString)
                try Self.bytes(source.file).write(to: path)
                try await cloud.put(source.key, path: path.path)
            }
            let expected = Self.sources.flatMap { source in
                Self.sizes.map { "pixelated-\($0)x\($0)-\(source.key)\(source.ending)" }
            }
            try await cloud.waitUntilEmpty(within: 120)
            #expect(try await cloud.processed() == expected.sorted())
            for source in Self.sources {
                for size in Self.sizes {
                    let key = "pixelated-\(size)x\(size)-\(source.key)\(source.ending)"
                    let head = try await cloud.request("head", ["key": .string(key)])
                    #expect(head["contentType"] == .string(source.type), "\(key)")
                }
                let names = try await Self.local(source.key, source, cloud)
                let wanted = Self.sizes.map { "pixelated-\($0)x\($0)-\(source.key)\(source.ending)" }
                #expect(names == wanted.sorted())
            }

            // A second event about the same version makes no output.
            let digests = try await cloud.request("list")
            for source in Self.sources {
                let path = cloud.directory.appending(path: UUID().uuidString)
                try Self.bytes(source.file).write(to: path)
                try await cloud.put(source.key, path: path.path)
            }
            try await cloud.waitUntilEmpty(within: 120)
            #expect(try await cloud.request("list").object.keys == digests.object.keys)
            try await pixelated.stop()
            #expect(!pixelated.log.lines.contains { $0.contains("picture-failed") })
        }
    }

    @Test func `all outputs can have one format`() async throws {
        try await LocalCloud.run { cloud in
            var configuration = cloud.configuration
            configuration.set("pixelation", "output", to: "png")
            configuration.set("pixelation", "sizes", to: [8])
            let pixelated = try await cloud.pixelated(configuration)
            try await cloud.put("a.jpg", path: try await cloud.paint(64, 48))
            for name in ["png-2-8", "bmp-24"] {
                let path = cloud.directory.appending(path: name)
                try Self.bytes(name).write(to: path)
                try await cloud.put("\(name).\(name.prefix(3))", path: path.path)
            }
            try await cloud.waitUntilEmpty(within: 120)
            let keys = [
                "pixelated-8x8-a.jpg.png", "pixelated-8x8-bmp-24.bmp.png", "pixelated-8x8-png-2-8.png",
            ]
            #expect(try await cloud.processed() == keys)
            for key in keys {
                let head = try await cloud.request("head", ["key": .string(key)])
                #expect(head["contentType"] == "image/png")
            }
            try await pixelated.stop()
        }
    }

    @Test func `a format that is not allowed is refused by its name`() async throws {
        try await LocalCloud.run { cloud in
            var configuration = cloud.configuration
            configuration.set("pixelation", "formats", to: ["jpeg"])
            let pixelated = try await cloud.pixelated(configuration)
            let path = cloud.directory.appending(path: "a.png")
            try Self.bytes("png-2-8").write(to: path)
            try await cloud.put("a.png", path: path.path)
            try await cloud.put("b.jpg", path: try await cloud.paint(64, 48))
            try await cloud.outputs(of: "b.jpg")
            try await pixelated.log.line("the refusal") {
                $0.contains("PNG is not processed, only JPEG (pixelation.formats)")
            }
            try await pixelated.stop()
        }
    }
}
