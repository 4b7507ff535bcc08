// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pixels
import Scripted
import Testing
import WebPEncoder

/// Files of `WebPWriter` are checked by webpinfo, which is in the package webp.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/webpinfo"), "needs webpinfo"))
struct WebPInfoTests {
    @Test func `webpinfo finds no error in pictures and animations`() throws {
        var random = SplitMix(seed: 1)
        let folder = FileManager.default.temporaryDirectory.appending(path: "webp-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var paths: [String] = []
        for round in 0..<60 {
            let color = WebPWriterTests.colors[round % 4]
            let width = Int.random(in: 1...90, using: &random)
            let height = Int.random(in: 1...90, using: &random)
            let attachments = WebPWriter.Attachments(iccProfile: round % 3 == 0 ? [1, 2, 3] : nil)
            let writer = WebPWriter(width: width, height: height, attachments: attachments)
            let grids = (0..<3).map { _ in
                Grid.random(size: Int.random(in: 1...12, using: &random), color: color, using: &random)
            }
            let frames = grids.filter { $0.size == grids[0].size }.map { (grid: $0, milliseconds: 40) }
            let file = round % 2 == 0 ? writer.encode(grids[0]) : writer.encode(frames: frames, loops: 2)
            let path = folder.appending(path: "\(round).webp")
            try Data(file).write(to: path)
            paths.append(path.path)
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/webpinfo")
        process.arguments = paths
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text.matches(of: /No error detected/).count == paths.count, "\(text)")
    }
}
