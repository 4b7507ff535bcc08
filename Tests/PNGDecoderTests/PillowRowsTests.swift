// SPDX-License-Identifier: Apache-2.0

import Foundation
import PNG
import PNGDecoder
import Scripted
import Testing

/// The rows of `PNGReader` are compared with those of Pillow, if it exists.
@Suite struct PillowRowsTests {
    private static let python = ProcessInfo.processInfo.environment["PIXELATOR_PYTHON"] ?? "python3"
    private static let hasPillow = run([python, "-c", "import PIL"]) == 0

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
    func `rows of every format are those of Pillow`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "png-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var random = SplitMix(seed: 11)
        var files: [(picture: PlainPNG, bytes: [UInt8])] = []
        for format in PlainPNG.formats {
            for (isInterlaced, isKeyed) in [(false, false), (true, false), (false, true), (true, true)] {
                let picture = PlainPNG(
                    format, width: Int.random(in: 1...50, using: &random),
                    height: Int.random(in: 1...50, using: &random), isInterlaced: isInterlaced,
                    isKeyed: isKeyed, &random)
                files.append((picture, picture.file()))
                try Data(files[files.count - 1].bytes).write(
                    to: folder.appending(path: "\(files.count - 1).png"))
            }
        }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "pillow_rows.py")
        #expect(Self.run([Self.python, script.path, folder.path]) == 0)
        for (name, (picture, file)) in files.enumerated() {
            let raw = try Data(contentsOf: folder.appending(path: "\(name).raw"))
            let lineEnd = try #require(raw.firstIndex(of: 10))
            let mode = String(decoding: raw[..<lineEnd], as: UTF8.self)
            let samples = [UInt8](raw[(lineEnd + 1)...])
            let (header, stored, _) = try PlainPNG.rows(file, stored: true)
            let title =
                "\(picture.colorType) \(picture.depth) \(picture.isInterlaced) \(picture.transparency)"
            var expected = samples
            switch header.storedLayout {
            case .rgbx:
                expected = stride(from: 0, to: samples.count, by: 3).flatMap { samples[$0..<$0 + 3] + [255] }
            // Pillow's rows have the lower byte first.
            case .gray16:
                expected = stride(from: 0, to: samples.count, by: 2).flatMap {
                    [samples[$0 + 1], samples[$0]]
                }
            default: break
            }
            #expect(stored == expected, "\(title) \(mode)")
            #expect(header.isPointSampled == ["1", "P"].contains(mode), "\(title) \(mode)")
            // Pillow makes no colours of 16 bits of gray. It compares a transparent colour of 2, 4 or 16 bits with the
            // sample of 8 bits, where the standard compares the samples as stored (PNG, 11.3.1.1).
            if picture.depth == 16, picture.colorType == .gray || !picture.transparency.isEmpty { continue }
            if picture.colorType == .gray, [2, 4].contains(picture.depth), !picture.transparency.isEmpty {
                continue
            }
            let (_, colors, _) = try PlainPNG.rows(file)
            let rgba = try [UInt8](Data(contentsOf: folder.appending(path: "\(name).rgba")))
            #expect(PlainPNG.rgba(colors, header.colorLayout) == rgba, "\(title) \(mode)")
        }
    }
}
