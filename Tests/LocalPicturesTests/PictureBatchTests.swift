// SPDX-License-Identifier: Apache-2.0

import Foundation
import LocalPictures
import Pixelation
import Settings
import Support
import Testing

@Suite struct PictureBatchTests {
    /// Returns the code of the failure of a file; nil if it did not fail.
    private func code(_ result: PictureResult) -> String? {
        if case .failed(let failure) = result { failure.code } else { nil }
    }

    @Test func `the outputs of a folder are at the places of their files below the output directory`() throws
    {
        let folder = try TestFolder()
        try folder.write("in/a.jpg", "in/sub/deep/b.jpg")
        let pictures = folder.select("in").pictures
        let batch = try folder.batch()
        let results = pictures.map { batch.pixelate($0) }
        let outputs = [
            "pixelated-16x16-a.jpg", "pixelated-8x8-a.jpg", "sub/deep/pixelated-16x16-b.jpg",
            "sub/deep/pixelated-8x8-b.jpg",
        ]
        #expect(folder.files(below: "out") == outputs)
        guard case .done(let done) = results[1] else { throw CocoaError(.fileReadUnknown) }
        #expect(done.format == .jpeg && done.width == 40 && done.height == 30 && done.damage.isEmpty)
        #expect(done.targets.map { String(decoding: $0, as: UTF8.self) } == [outputs[3], outputs[2]])
    }

    @Test func `content decides in a folder, and a named file that is not a picture fails`() throws {
        let folder = try TestFolder()
        try folder.write("in/a", "in/b.txt")
        try folder.write("in/c.jpg", content: Array("no picture".utf8))
        try folder.write("in/d.jpg", content: [])
        try folder.write("in/e.pdf", content: Array("%PDF-1.7\n".utf8))
        // A picture that cannot be read is not skipped without a word.
        try folder.write("in/f.jxl", content: [0xFF, 0x0A, 0, 0, 0, 0])
        let batch = try folder.batch()
        let results = folder.select("in").pictures.map { batch.pixelate($0) }
        #expect(results[2...4].allSatisfy { $0 == .notPicture })
        #expect(results.map(code) == [nil, nil, nil, nil, nil, "unsupported-format"])
        #expect(folder.files(below: "out").count == 4)
        let named = folder.select("in/c.jpg", "in/d.jpg", "in/missing.jpg").pictures.map {
            batch.pixelate($0)
        }
        #expect(named.map(code) == ["not-an-image", "not-an-image", "unreadable"])
    }

    @Test func `a file that is not a picture is not read to its end`() throws {
        let folder = try TestFolder()
        try folder.write("in/a.bin", content: [UInt8](repeating: 1, count: 200_000))
        try folder.write("in/b.jpg", content: TestFolder.picture + [UInt8](repeating: 0, count: 200_000))
        let batch = try folder.batch { $0.limits.bytes = 100_000 }
        let results = folder.select("in").pictures.map { batch.pixelate($0) }
        #expect(results[0] == .notPicture)
        #expect(code(results[1]) == "too-many-bytes")
        #expect("\(results[1])".contains("more than 100000 bytes, the limit pixelation.limits.bytes"))
        let small = try folder.batch { $0.limits.bytes = 100 }
        #expect(small.pixelate(folder.select("in").pictures[0]) == .notPicture)
    }

    @Test func `a file with a name that leaves no room for that of its outputs is refused before it is read`()
        throws
    {
        let folder = try TestFolder()
        let fitting = String(repeating: "x", count: 255 - "pixelated-16x16-".count)
        try folder.write("in/\(fitting)", "in/\(fitting)y", "in/other")
        // The pipe has no writer, and its reading would not end.
        folder.pipe("\(fitting)zz")
        let batch = try folder.batch()
        #expect(folder.select("in").pictures.map { code(batch.pixelate($0)) } == [nil, nil, "name-too-long"])
        let pipe = batch.pixelate(folder.select("\(fitting)zz").pictures[0])
        #expect(code(pipe) == "name-too-long")
        #expect("\(pipe)".contains("has 257 bytes, and the file system permits 255"))
        // The ending of another format is part of the name.
        let png = try folder.batch { $0.output = .png }
        #expect(code(png.pixelate(folder.select("in/\(fitting)").pictures[0])) == "name-too-long")
        #expect(folder.files(below: "out").count == 4)
    }

    @Test func `the result of each file is reported once, with any number of jobs`() throws {
        let folder = try TestFolder()
        for number in 0..<30 { try folder.write("in/\(number).jpg") }
        try folder.write("in/zero.jpg", content: [0xFF, 0xD8, 0xFF])
        let pictures = folder.select("in").pictures
        let batch = try folder.batch { $0.sizes = [8] }
        for jobs in [1, 3, 100] {
            let results = Locked<[Int: PictureResult]>([:])
            batch.run(pictures, jobs: jobs) { index, result in
                results.withLock { results in
                    #expect(results.updateValue(result, forKey: index) == nil)
                }
            }
            let all = results.withLock { $0 }
            #expect(all.count == 31 && all.values.count { code($0) != nil } == 1)
            #expect(folder.files(below: "out").count == 30)
        }
    }

    @Test func `a cancellation ends the batch, and no output is left incomplete`() throws {
        let folder = try TestFolder()
        for number in 0..<50 { try folder.write("in/\(number).jpg") }
        let cancellation = Cancellation()
        let batch = try folder.batch(cancellation: cancellation)
        let done = Locked(0)
        batch.run(folder.select("in").pictures, jobs: 2) { _, result in
            let count = done.withLock { done in
                if case .done = result { done += 1 }
                return done
            }
            if count == 5 { cancellation.cancel() }
        }
        let count = done.withLock { $0 }
        #expect((5...6).contains(count))
        let files = folder.files(below: "out")
        #expect(files.count == 2 * count && !files.contains { $0.hasPrefix(".") })
        #expect(batch.pixelate(folder.select("in").pictures[0]) == .cancelled)
    }

    @Test func `outputs that cannot be written are a failure with their path`() throws {
        let folder = try TestFolder()
        try folder.write("in/sub/a.jpg", "in/b.jpg", "out/sub")
        let batch = try folder.batch()
        let results = folder.select("in").pictures.map { batch.pixelate($0) }
        #expect(results.map(code) == [nil, "unwritable"])
        #expect("\(results[1])".contains("/out/sub: mkdir: Not a directory"))
    }
}
