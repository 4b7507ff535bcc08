// SPDX-License-Identifier: Apache-2.0

import JPEG
import Pixelation
import Pixels

/// The figures of one picture.
struct Measurement {
    var name: String
    var megapixels: Double
    /// libjpeg-turbo alone, row by row into one row buffer: the least that decoding can cost.
    var decodeRows: Double
    /// libjpeg-turbo's TurboJPEG interface into a picture in memory.
    var decodePicture: Double
    var engine: Double
    var reduce: Double
    var encode: Double
    /// One full-size encode by libjpeg-turbo.
    var turboEncode: Double
    var reference: Reference.Finding?
    /// Coefficients have to be kept.
    var isProgressive: Bool
    /// The engine's megabytes above idle, the file included.
    var memory: Double?
    /// Those of libjpeg-turbo with a picture in memory.
    var decodeMemory: Double?

    init(_ path: String, runs: Int, reference: Reference) throws {
        name = Files.name(path)
        let bytes = try Files.read(path)
        var options = PixelationOptions()
        options.metadata = .reference
        let pixelator = Pixelator(options)
        let survey = try pixelator.survey(bytes)
        let (width, height) = (survey.width, survey.height)
        megapixels = Double(width * height) / 1e6

        let turbo = try TurboJPEG()
        (decodeRows, decodePicture, engine) = (.infinity, .infinity, .infinity)
        var failure: (any Error)?
        // The contenders take turns, so that a busy second hits all of them.
        for _ in 0..<runs {
            decodeRows = min(decodeRows, CPUTime.best(of: 1) { Self.decode(bytes, &failure) })
            engine = min(
                engine, try CPUTime.best(of: 1) { _ = try pixelator.pixelate(bytes) })
            decodePicture = min(
                decodePicture,
                try CPUTime.best(of: 1) {
                    try turbo.decode(bytes, width: width, height: height, components: survey.components)
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
                    try turbo.encode(width: width, height: height, components: survey.components)
                })
        }
        reduce = try Self.reduce(bytes, survey, sizes: options.sizes, runs: runs)
        self.reference = reference.measure(path, runs: runs)
        isProgressive = try bytes.withUnsafeBufferPointer { bytes throws(JPEGError) in
            try JPEGReader.header(of: bytes, limits: Self.limits).keepsCoefficients
        }
        memory = ChildTask.engine.run(on: path)?.megabytes
        decodeMemory = ChildTask.decode.run(on: path)?.megabytes
    }

    private static let limits = JPEGLimits(
        pixels: .max, scans: 1000, scanWork: .max, markers: 100_000, memoryBytes: .max, warnings: 1_000_000,
        acceptsTruncated: false)

    private static func reader(_ bytes: UnsafeBufferPointer<UInt8>) throws(JPEGError) -> JPEGReader {
        try JPEGReader(bytes, header: JPEGReader.header(of: bytes, limits: limits), limits: limits)
    }

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

    /// Reducing without decoding: the picture's middle row, again and again.
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
