// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted

/// A fuzz target: inputs of bytes, and the properties that hold for each of them.
struct FuzzTarget: Sendable {
    /// A property that does not hold for an input.
    struct Violation: Error, CustomStringConvertible {
        var description: String

        init(_ description: String) { self.description = description }
    }

    /// The name, as an argument of `Tests/fuzz`.
    let name: String
    /// The description of the inputs, a noun phrase.
    let summary: String
    /// The largest length of an input in bytes.
    let longest: Int
    /// The words that libFuzzer inserts into inputs.
    var words: [String] = []
    /// Returns the inputs that a corpus begins with.
    let seeds: @Sendable () throws -> [[UInt8]]
    /// Checks the properties of an input, and returns false for one that is no input of this target.
    ///
    /// - Throws: `Violation`, or any other error that no input may cause.
    let check: @Sendable ([UInt8]) throws -> Bool

    /// Checks an input, and ends the process by a trap when a property does not hold, so that libFuzzer stores it.
    func run(_ input: [UInt8]) -> Int32 {
        do {
            return try check(input) ? 0 : -1
        } catch {
            FileHandle.standardError.write(Data("\n\(name): a property does not hold: \(error)\n".utf8))
            abort()
        }
    }

    /// Writes the seeds and the dictionary, the file `words.txt`, to a folder.
    func writeSeeds(to folder: URL) throws {
        let inputs = folder.appending(path: "seeds")
        try FileManager.default.createDirectory(at: inputs, withIntermediateDirectories: true)
        for (index, seed) in try seeds().enumerated() where seed.count <= longest {
            try Data(seed).write(to: inputs.appending(path: "seed-\(index)"))
        }
        let lines = words.map { word in
            "\""
                + word.utf8.map { byte in
                    (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                        ? String(UnicodeScalar(byte))
                        : "\\x" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
                }.joined() + "\"\n"
        }
        try Data(lines.joined().utf8).write(to: folder.appending(path: "words.txt"))
    }

    /// The folder `Tests` of the project.
    static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// Returns the files in Base64 that the second fields of the lines of a text file of the tests are.
    ///
    /// - Parameter path: The path below `Tests`.
    static func files(in path: String) throws -> [[UInt8]] {
        try String(contentsOf: tests.appending(path: path), encoding: .utf8).split(separator: "\n").compactMap
        {
            line in
            let fields = line.split(separator: " ")
            guard fields.count > 1, let data = Data(base64Encoded: String(fields[1])) else { return nil }
            return Array(data)
        }
    }

    /// Returns the files of the shared corpus that are no longer than `longest`; empty without the corpus.
    static func sharedFiles(longest: Int) -> [[UInt8]] {
        ["hostile", "variants", "orientation"].flatMap { SharedCorpus.files(in: $0) }.compactMap { path in
            guard let bytes = try? SharedCorpus.bytes(of: path), bytes.count < longest else { return nil }
            return bytes
        }
    }
}

/// Throws a `FuzzTarget.Violation` with a text unless a condition holds.
func require(_ condition: Bool, _ text: @autoclosure () -> String) throws {
    guard condition else { throw FuzzTarget.Violation(text()) }
}
