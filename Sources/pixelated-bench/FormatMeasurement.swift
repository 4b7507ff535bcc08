// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Decoding
import Glibc
import Pixelation

/// The measured values of one picture in a format other than JPEG. Times are CPU times in milliseconds, each of the
/// fastest run.
struct FormatMeasurement {
    let kind: PictureKind
    private let name: String
    private let megapixels: Double
    /// The time in which the library decodes the file.
    private var bare = Double.infinity
    /// The time in which the engine makes five outputs of the file.
    private var engine = Double.infinity
    /// The number of bytes of the outputs of the engine.
    private let bytes: Int
    /// The values of Pillow; nil if it is not installed.
    private let reference: Reference.Finding?

    /// Measures a file.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - kind: The kind of the file.
    ///   - runs: The number of runs, of which the fastest counts.
    ///   - reference: The program to compare with.
    /// - Throws: An error if the file cannot be read or decoded.
    init(_ path: String, _ kind: PictureKind, runs: Int, reference: Reference) throws {
        self.kind = kind
        name = Files.name(path)
        let file = try Files.read(path)
        let pixelator = Pixelator(PixelationOptions(), reducer: InProcessReducer())
        let survey = try pixelator.survey(file)
        megapixels = Double(survey.width * survey.height * survey.frames) / 1e6
        // Both are measured in turns, so that a busy second affects both.
        var isDecoded = true
        for _ in 0..<runs {
            bare = min(bare, Self.time { isDecoded = kind.decodeBare(file) && isDecoded })
            engine = min(engine, try Self.time { _ = try pixelator.pixelate(file) })
        }
        guard isDecoded else { throw ValidationError("\(path): the library cannot decode the file") }
        bytes = try pixelator.pixelate(file).outputs.reduce(0) { $0 + $1.bytes.count }
        self.reference = kind.hasReference ? reference.measure(path, runs: runs) : nil
    }

    /// Returns the CPU time of the process while `body` runs, in milliseconds: libheif starts threads.
    private static func time(_ body: () throws -> Void) rethrows -> Double {
        let start = CPUTime.now(CLOCK_PROCESS_CPUTIME_ID)
        try body()
        return CPUTime.now(CLOCK_PROCESS_CPUTIME_ID) - start
    }

    var engineToBare: Double { engine / bare }
    var referenceToEngine: Double? { reference.map { $0.milliseconds / engine } }
    /// The bytes of the outputs of the engine divided by those of Pillow.
    var bytesToReference: Double? { reference.map { Double(bytes) / Double($0.bytes) } }

    static let heading =
        "    MP     bare   engine  reference | eng/bare  ref/eng  bytes/ref | kind            picture"

    /// The measured values in the columns of `heading`.
    var line: String {
        fixed(megapixels, 6, decimals: 1) + fixed(bare, 9, decimals: 2) + fixed(engine, 9, decimals: 2)
            + fixed(reference?.milliseconds, 11, decimals: 1) + " |" + fixed(engineToBare, 9, decimals: 3)
            + fixed(referenceToEngine, 9, decimals: 1) + fixed(bytesToReference, 11, decimals: 3) + " | "
            + kind.rawValue.padded(to: 16) + name
    }
}
