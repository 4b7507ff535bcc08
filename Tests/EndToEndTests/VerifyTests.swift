// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of `pixelated verify` with outputs of the program that other programs have changed, and with outputs in the
/// local S3.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct VerifyTests {
    /// Runs a command of the program, and returns its exit status and its lines.
    private func run(_ arguments: [String]) async throws -> (end: ChildProcess.End, lines: [String]) {
        let child = try ChildProcess(
            Project.pixelated, arguments, environment: ["PATH": "/usr/bin:/bin"])
        return (try await child.end(within: 300), child.log.lines)
    }

    /// Runs `Tools/spoil.py` with arguments.
    private func spoil(_ arguments: String...) async throws {
        let tool = Project.root.appending(path: "Tests/EndToEndTests/Tools/spoil.py").path
        let child = try ChildProcess(
            Project.python, [tool] + arguments, environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"])
        #expect(try await child.end() == .exit(0), "\(child.log.lines)")
    }

    @Test func `outputs are verified, and outputs that other programs have changed are not`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (sources, outputs) = (folder.appending(path: "sources"), folder.appending(path: "outputs").path)
        try await spoil("sources", sources.path)
        let names = try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted()
        let files = names.map { sources.appending(path: $0).path }
        let made = try await run(["pixelate", "--output", outputs] + files)
        #expect(made.end == .exit(0), "\(made.lines)")

        let all = try FileManager.default.contentsOfDirectory(atPath: outputs).sorted().map {
            "\(outputs)/\($0)"
        }
        #expect(all.count == 5 * names.count)
        let clean = try await run(["verify"] + all)
        #expect(clean.end == .exit(0), "\(clean.lines)")
        #expect(clean.lines.last == "\(all.count) files: \(all.count) verified, 0 not")
        let photo = "\(outputs)/pixelated-8x8-photo.jpg"
        // The profile of the source is in its output.
        let line = try #require(clean.lines.first { $0.hasPrefix(photo) })
        #expect(
            line.firstMatch(
                of: /: verified: 8 x 8 blocks: 64 cells, 1,536 bits, and a colour profile of [0-9,]+ bytes$/)
                != nil, "\(line)")
        #expect(
            clean.lines.contains(
                "\(outputs)/pixelated-8x8-film.gif: verified: 4 frames of 8 x 8 blocks: 256 cells, 6,400 bits"
            ))

        let spoiled = folder.appending(path: "spoiled").path
        try await spoil("outputs", outputs, spoiled)
        for (name, kind) in [
            ("exif-pixelated-8x8-photo.jpg", "exif at byte 20"),
            ("comment-pixelated-8x8-photo.jpg", "comment at byte"),
            ("source-pixelated-8x8-photo.jpg", "pixels at byte"),
            ("pixel-pixelated-8x8-photo.jpg", "pixels at byte"),
            ("progressive-pixelated-8x8-photo.jpg", "coding at byte"),
            ("trailing-pixelated-8x8-photo.jpg", "trailing-bytes at byte"),
            ("text-pixelated-8x8-drawing.png", "comment at byte"),
            ("pixel-pixelated-8x8-drawing.png", "pixels at byte"),
            ("recoded-pixelated-8x8-drawing.png", "encoding at byte"),
            ("pixel-pixelated-8x8-film.gif", "pixels at byte"),
            ("comment-pixelated-8x8-film.gif", "comment at byte"),
            ("lossy-pixelated-8x8-picture.webp", "coding at byte"),
            ("exif-pixelated-8x8-picture.webp", "exif at byte"),
        ] {
            let found = try await run(["verify", "\(spoiled)/\(name)"])
            #expect(found.end == .exit(1), "\(name)")
            #expect(found.lines.contains { $0.hasPrefix("\(spoiled)/\(name): \(kind)") }, "\(found.lines)")
        }
        let json = try await run(["verify", "--json", "\(spoiled)/trailing-pixelated-8x8-photo.jpg", photo])
        #expect(json.end == .exit(1) && json.lines.count == 2)
        let objects = try json.lines.map { try JSON(parsing: Data($0.utf8)) }
        let size = try FileManager.default.attributesOfItem(atPath: photo)[.size] as? Int
        #expect(objects[0]["verified"] == false && objects[1]["verified"] == true)
        #expect(objects[0]["findings"]?.array.first?["kind"] == "trailing-bytes")
        #expect(objects[0]["findings"]?.array.first?["offset"]?.int == size)
        #expect(objects[1]["bits"] == 1536 && objects[1]["findings"] == [])

        #expect(try await run(["verify", "\(outputs)/missing-8x8-a.jpg"]).end == .exit(1))
        #expect(try await run(["verify", files[0]]).end == .exit(64))
        #expect(try await run(["verify", "--blocks", "8", files[0]]).end == .exit(1))
        #expect(try await run(["verify", "--blocks", "16", photo]).end == .exit(0))
        #expect(try await run(["verify", "--blocks", "7", photo]).end == .exit(1))
    }

    @Test func `objects in S3 are verified with the permission to read them alone`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.put("photos/a.jpeg", path: try await cloud.paint(320, 240))
            let daemon = try await cloud.pixelated()
            let outputs = try await cloud.outputs(of: "photos/a.jpeg")
            try await daemon.stop()
            let bucket = cloud.stack["processed"]?.string ?? ""
            func verify(_ keys: [String]) async throws -> (end: ChildProcess.End, lines: [String]) {
                let child = try await cloud.pixelated(
                    cloud.configuration, name: "verify", verb: "verify",
                    arguments: keys.map { "s3://\(bucket)/\($0)" })
                return (try await child.end(), child.log.lines)
            }
            let others = try Project.actions(ofPolicy: "iam-policy-audit.json").subtracting(["s3:GetObject"])
            try await cloud.request(
                "allow",
                [
                    "policy": "iam-policy-audit.json",
                    "without": .array(others.sorted().map { .string($0) }),
                ])
            let found = try await verify(outputs)
            #expect(found.end == .exit(0), "\(found.lines)")
            #expect(found.lines.last == "5 files: 5 verified, 0 not")
            // A key is missing in the same way as a file.
            let missing = try await verify(["photos/pixelated-8x8-b.jpeg"] + outputs)
            #expect(missing.end == .exit(1), "\(missing.lines)")
            #expect(missing.lines.last == "6 files: 5 verified, 1 not")

            try await cloud.request(
                "allow",
                ["policy": "iam-policy-audit.json", "without": ["s3:GetObject"]])
            let denied = try await verify(outputs)
            #expect(denied.end == .exit(77) && denied.lines.contains { $0.contains("s3:GetObject") })
        }
    }
}
