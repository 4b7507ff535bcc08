// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing
import WebP
import WebPDecoder

/// The rows of `WebPReader` are compared with those of Pillow, if it exists.
@Suite struct PillowFramesTests {
    private static let python = ProcessInfo.processInfo.environment["PIXELATOR_PYTHON"] ?? "python3"
    private static let hasPillow =
        run([python, "-c", "from PIL import features; assert features.check('webp')"]) == 0

    private static func run(_ command: [String]) -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test(.enabled(if: hasPillow, "needs Pillow; PIXELATOR_PYTHON names the interpreter"))
    func `rows and durations of all kinds of files are those of Pillow`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "webp-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var random = SplitMix(seed: 12)
        var files: [[UInt8]] = []
        for round in 0..<20 {
            let levels: [UInt8] = round % 2 == 0 ? [255] : [0, 255, 17, 200]
            let picture = PlainPicture(
                Int.random(in: 1...200, using: &random), Int.random(in: 1...200, using: &random),
                alpha: { levels[$0 % levels.count] }, &random)
            for quality in [nil, 3, 80, 100] as [Float?] { files.append(picture.file(quality: quality)) }
            files.append(PlainAnimation(frames: Int.random(in: 1...5, using: &random), &random).file)
        }
        for (name, file) in files.enumerated() {
            try Data(file).write(to: folder.appending(path: "\(name).webp"))
        }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "pillow_frames.py")
        #expect(Self.run([Self.python, script.path, folder.path]) == 0)
        for (name, file) in files.enumerated() {
            let raw = try Data(contentsOf: folder.appending(path: "\(name).raw"))
            let lineEnd = try #require(raw.firstIndex(of: 10))
            let line = String(decoding: raw[..<lineEnd], as: UTF8.self)
            let header = try WebPHeader(of: file.span, limits: PlainPicture.limits)
            let frames = try PlainPicture.read(file)
            let durations = frames.map { String($0.milliseconds) }.joined(separator: ",")
            let mode = header.hasAlpha ? "RGBA" : "RGB"
            #expect(line == "\(mode) \(header.width) \(header.height) \(durations)")
            var rows = frames.flatMap(\.rows)
            if !header.hasAlpha {
                rows = stride(from: 0, to: rows.count, by: 4).flatMap { rows[$0..<$0 + 3] }
            }
            #expect(rows == [UInt8](raw[(lineEnd + 1)...]), "file \(name)")
        }
    }
}
