// SPDX-License-Identifier: Apache-2.0

import Decoding
import JPEG
import JPEGDecoder
import JPEGEncoder
import Pixelation
import Pixels

/// The measured values of one picture. Times are CPU times in milliseconds, each of the fastest run; memory is in
/// megabytes.
struct Measurement {
    /// The path of the file.
    let path: String
    var name: String
    var megapixels: Double
    /// The time, in milliseconds, in which libjpeg-turbo decodes the file row by row into a buffer of one row: the
    /// lower bound of all decoding.
    var decodeRows: Double
    /// The time, in milliseconds, in which TurboJPEG decodes the file into a picture in memory.
    var decodePicture: Double
    /// The time, in milliseconds, in which the engine pixelates the file.
    var engine: Double
    /// The time, in milliseconds of both processes, in which the engine pixelates the file with a decoder process; nil
    /// without a decoder.
    var isolated: Double?
    /// The time, in milliseconds, in which the engine reduces the decoded rows to five grids.
    var reduce: Double
    /// The time, in milliseconds, in which the engine encodes the five outputs.
    var encode: Double
    /// The time, in milliseconds, in which TurboJPEG encodes one output.
    var turboEncode: Double
    /// The bytes of the five outputs in WebP divided by those in JPEG.
    var webPBytes: Double
    /// The values of Pillow; nil if it is not installed.
    var reference: Reference.Finding?
    /// True when the file has several scans.
    var isProgressive: Bool
    /// The peak memory of the engine, the file included, less that of the idle process, in megabytes; nil if the
    /// measurement failed.
    var memory: Double?
    /// The peak memory of TurboJPEG with the picture in memory, the file included, less that of the idle process, in
    /// megabytes; nil if the measurement failed.
    var decodeMemory: Double?

    /// Measures a file.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - runs: The number of runs, of which the fastest counts.
    ///   - reference: The program to compare with.
    ///   - isolated: The engine with a decoder process; nil if there is none.
    /// - Throws: An error if the file cannot be read or decoded.
    init(_ path: String, runs: Int, reference: Reference, isolated: IsolatedEngine?) throws {
        self.path = path
        name = Files.name(path)
        let bytes = try Files.read(path)
        var options = PixelationOptions()
        options.metadata = .reference
        let pixelator = Pixelator(options, reducer: InProcessReducer())
        let survey = try pixelator.survey(bytes)
        let (width, height) = (survey.width, survey.height)
        megapixels = Double(width * height) / 1e6

        let turbo = try TurboJPEG()
        (decodeRows, decodePicture, engine) = (.infinity, .infinity, .infinity)
        var failure: (any Error)?
        // All are measured in turns, so that a busy second affects all of them.
        for _ in 0..<runs {
            decodeRows = min(decodeRows, CPUTime.best(of: 1) { Self.decode(bytes, &failure) })
            engine = min(
                engine, try CPUTime.best(of: 1) { _ = try pixelator.pixelate(bytes) })
            if let isolated {
                let other = isolated.pixelator(options)
                let time = try isolated.time { _ = try other.pixelate(bytes) }
                self.isolated = min(self.isolated ?? .infinity, time)
            }
            decodePicture = min(
                decodePicture,
                try CPUTime.best(of: 1) {
                    try turbo.decode(bytes, width: width, height: height, components: survey.color.bands)
                })
        }
        if let failure { throw failure }

        let grids = try Self.grids(bytes, survey, sizes: options.sizes)
        let writer = GridWriter(width: width, height: height)
        turbo.show(grids[grids.count / 2], width: width, height: height)
        (encode, turboEncode) = (.infinity, .infinity)
        for _ in 0..<runs {
            encode = min(encode, CPUTime.best(of: 1) { for grid in grids { _ = writer.encode(grid) } })
            turboEncode = min(
                turboEncode,
                try CPUTime.best(of: 1) {
                    try turbo.encode(width: width, height: height, components: survey.color.bands)
                })
        }
        var webP = options
        webP.output = .webp
        webPBytes = try Self.bytes(webP, bytes) / Self.bytes(options, bytes)
        reduce = try Self.reduce(bytes, survey, sizes: options.sizes, runs: runs)
        self.reference = reference.measure(path, runs: runs)
        isProgressive = try JPEGHeader(of: bytes.span, limits: Self.limits).keepsCoefficients
        memory = ChildTask.engine.run(on: path)?.megabytes
        decodeMemory = ChildTask.decode.run(on: path)?.megabytes
    }

    /// Returns the number of bytes of the five outputs of a file.
    private static func bytes(_ options: PixelationOptions, _ file: [UInt8]) throws -> Double {
        let picture = try Pixelator(options, reducer: InProcessReducer()).pixelate(file)
        return Double(picture.outputs.reduce(0) { $0 + $1.bytes.count })
    }

    /// Limits that no file of a benchmark exceeds.
    private static let limits = JPEGLimits(
        pixels: .max, scans: 1000, scanWork: .max, markers: 100_000, memoryBytes: .max, damagedPercent: 100,
        acceptsTruncated: false)

    /// Returns a reader of a file, with limits that no file of a benchmark exceeds.
    private static func reader(_ bytes: UnsafeBufferPointer<UInt8>) throws(JPEGError) -> JPEGReader {
        try JPEGReader(bytes, header: JPEGHeader(of: bytes.span, limits: limits), limits: limits)
    }

    /// Decodes a file row by row into a buffer of one row. An error is stored in `failure`.
    private static func decode(_ bytes: [UInt8], _ failure: inout (any Error)?) {
        do {
            try bytes.withUnsafeBufferPointer { bytes throws(JPEGError) in
                var reader = try reader(bytes)
                let row = UnsafeMutableBufferPointer<UInt8>.allocate(
                    capacity: reader.header.width * (reader.header.layout?.stride ?? 4))
                defer { row.deallocate() }
                try reader.start()
                for _ in 0..<reader.header.height { try reader.readRow(row) }
                try reader.finish()
            }
        } catch {
            failure = error
        }
    }

    /// Returns the time to reduce a picture to grids, in milliseconds, without the time to decode it. The same row,
    /// from the middle of the picture, is added for all rows.
    private static func reduce(_ bytes: [UInt8], _ survey: Survey, sizes: [Int], runs: Int) throws -> Double {
        try bytes.withUnsafeBufferPointer { bytes throws(JPEGError) in
            var reader = try reader(bytes)
            let layout = reader.header.layout ?? .rgbx
            var middle = [UInt8](repeating: 0, count: survey.width * layout.stride)
            try reader.start()
            for _ in 0...survey.height / 2 {
                try middle.withUnsafeMutableBufferPointer { (row) throws(JPEGError) in try reader.readRow(row)
                }
            }
            return CPUTime.best(of: runs) {
                let reducer = GridReducer(
                    width: survey.width, height: survey.height, layout: layout, sizes: sizes)
                for y in 0..<survey.height {
                    reducer.addRow { if y == 0 { _ = $0.update(fromContentsOf: middle) } }
                }
                _ = reducer.grids()
            }
        }
    }

    /// Returns the grid of each size, in the order of the sizes.
    private static func grids(_ bytes: [UInt8], _ survey: Survey, sizes: [Int]) throws -> [Grid] {
        try bytes.withUnsafeBufferPointer { bytes throws(JPEGError) in
            var reader = try reader(bytes)
            let reducer = GridReducer(
                width: survey.width, height: survey.height, layout: reader.header.layout ?? .rgbx,
                sizes: sizes)
            try reader.start()
            for _ in 0..<survey.height {
                try reducer.addRow { (row) throws(JPEGError) in try reader.readRow(row) }
            }
            return reducer.grids()
        }
    }
}
