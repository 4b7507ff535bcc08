// SPDX-License-Identifier: Apache-2.0

import Foundation
import PNGEncoder
import Pixels
import Scripted
import Testing

/// Files of `PNGWriter` are compared with those of Pillow, and checked by pngcheck, if these programs exist.
@Suite struct PillowTests {
    private static let python = ProcessInfo.processInfo.environment["PIXELATOR_PYTHON"] ?? "python3"
    private static let hasPillow = (try? run([python, "-c", "import PIL"])) != nil
    private static let hasPNGCheck = (try? run(["pngcheck", "-h"])) != nil

    private struct Failure: Error {
        var status: Int32
    }

    /// Runs a program and returns the lines that it wrote to the standard output. Throws when it fails.
    private static func run(_ command: [String]) throws -> [[Substring]] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
    }

    /// Writes files of random grids to a new folder with an index, and returns the folder.
    ///
    /// - Parameters:
    ///   - kinds: The kinds of grids, which take turns.
    ///   - sizes: The sizes of grids to choose from.
    ///   - shortest: The shortest side.
    ///   - longest: The longest sides to choose from.
    private func folder(
        _ count: Int, kinds: [RandomGrid] = RandomGrid.allCases, sizes: [Int] = [1, 2, 8, 16, 32, 48],
        shortest: Int = 1, longest: [Int], seed: UInt64
    ) throws -> URL {
        var random = SplitMix(seed: seed)
        let folder = FileManager.default.temporaryDirectory.appending(path: "png-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var index = ""
        for name in 0..<count {
            let color = RandomGrid.models.randomElement(using: &random) ?? .rgb
            let kind = kinds[name % kinds.count]
            let longest = longest.randomElement(using: &random) ?? 120
            let width = Int.random(in: shortest...longest, using: &random)
            let height = Int.random(in: shortest...longest, using: &random)
            let grid = kind.grid(sizes.randomElement(using: &random) ?? 8, color, &random)
            let file = PNGWriter(width: width, height: height).encode(grid)
            try Data(grid.samples).write(to: folder.appending(path: "\(name).grid"))
            try Data(file).write(to: folder.appending(path: "\(name).png"))
            let mode = ["L", "LA", "RGB", "RGBA"][grid.bands - 1]
            index += "\(name) \(mode) \(grid.size) \(width) \(height)\n"
        }
        try Data(index.utf8).write(to: folder.appending(path: "index.txt"))
        return folder
    }

    /// `PIXELATOR_LARGE_PICTURES=1` tests thousands of grids and larger pictures, which takes minutes in a release
    /// build.
    private static let isLarge = ProcessInfo.processInfo.environment["PIXELATOR_LARGE_PICTURES"] != nil

    @Test(.enabled(if: hasPillow, "needs Pillow; PIXELATOR_PYTHON names the interpreter"))
    func `files have the pixels of Pillow's and are not longer`() throws {
        let count = Self.isLarge ? 5000 : 156
        let folder = try folder(count, longest: Self.isLarge ? [40, 120, 400] : [20, 60], seed: 7)
        defer { try? FileManager.default.removeItem(at: folder) }
        try compare(folder, count)
    }

    @Test(.enabled(if: hasPillow, "needs Pillow; PIXELATOR_PYTHON names the interpreter"))
    func `files of pictures of text, steps and holes are not longer than Pillow's`() throws {
        let count = Self.isLarge ? 1500 : 24
        let folder = try folder(
            count, kinds: [.text, .gradient, .cutout], sizes: [8, 32], shortest: 100, longest: [400], seed: 9)
        defer { try? FileManager.default.removeItem(at: folder) }
        try compare(folder, count)
    }

    /// Compares the files of a folder with those of Pillow.
    private func compare(_ folder: URL, _ count: Int) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "pillow_sizes.py")
        let lines = try Self.run([Self.python, script.path, folder.path])
        #expect(lines.count == count)
        var longer = 0
        for line in lines {
            #expect(line[1] == "same", "\(line)")
            let (ours, theirs) = (Int(line[2]) ?? .max, Int(line[3]) ?? 0)
            if ours > theirs { longer += 1 }
            // Pillow's own way of compression is tried for small pictures. Its tables are a byte shorter in rare cases.
            #expect(ours <= theirs + theirs / 100 + 16, "\(line)")
        }
        #expect(longer * 500 <= count, "\(longer) of \(count)")
    }

    @Test(.enabled(if: hasPNGCheck, "needs pngcheck"))
    func `pngcheck finds no error`() throws {
        let folder = try folder(26, longest: [60, 200], seed: 8)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = (0..<26).map { folder.appending(path: "\($0).png").path }
        let lines = try Self.run(["pngcheck", "-q"] + files)
        #expect(lines.isEmpty)
    }
}
