// SPDX-License-Identifier: Apache-2.0

import Gzip
import Scripted
import Testing

@Suite struct GzipReaderTests {
    /// Reads a file to its end in pieces of `limit` bytes.
    private static func contents(_ file: [UInt8], limit: Int) throws(GzipReader.Failure) -> [UInt8] {
        let reader = try GzipReader(file)
        var contents: [UInt8] = []
        while true {
            let piece = try reader.read(limit)
            #expect(piece.count <= limit)
            if piece.isEmpty { return contents }
            contents += piece
        }
    }

    private static let text = (0..<5000).flatMap { Array("line \($0 * 7919 % 1000)\n".utf8) }

    @Test(arguments: [1, 7, 1000, 1 << 20])
    func `the contents are the same in pieces of any size`(_ limit: Int) throws {
        #expect(try Self.contents(GzipFile.compressed(Self.text), limit: limit) == Self.text)
    }

    @Test func `the contents of several members are joined, and empty ones have none`() throws {
        let file = GzipFile.compressed(Self.text) + GzipFile.compressed([]) + GzipFile.compressed([1, 2, 3])
        #expect(try Self.contents(file, limit: 100) == Self.text + [1, 2, 3])
        #expect(try Self.contents(GzipFile.compressed([]), limit: 100).isEmpty)
    }

    @Test func `a file that is cut anywhere is truncated`() {
        let file = GzipFile.compressed(Array(Self.text.prefix(300)))
        for count in 1..<file.count {
            #expect(throws: GzipReader.Failure.truncated) {
                try Self.contents(Array(file.prefix(count)), limit: 64)
            }
        }
    }

    @Test func `a file with another format or a wrong checksum is corrupt`() {
        #expect(throws: GzipReader.Failure.corrupt) { try Self.contents(Self.text, limit: 64) }
        var file = GzipFile.compressed(Self.text)
        file[file.count - 6] ^= 1
        #expect(throws: GzipReader.Failure.corrupt) { try Self.contents(file, limit: 64) }
    }
}
