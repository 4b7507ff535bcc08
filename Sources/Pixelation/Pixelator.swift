// SPDX-License-Identifier: Apache-2.0

import JPEG
import Pixels

/// Turns a picture into its pixelated variants. Holds nothing but options: any number of threads may use one.
package struct Pixelator: Sendable {
    package let options: PixelationOptions

    /// - Parameter options: without `problems()`.
    package init(_ options: PixelationOptions) { self.options = options }

    /// Reads the header only, in microseconds.
    ///
    /// - Throws: what `pixelate` would throw for the same bytes, as far as the header tells.
    package func survey(_ bytes: [UInt8]) throws(PixelationError) -> Survey {
        try checkFormat(bytes)
        return try bytes.withUnsafeBufferPointer { bytes throws(PixelationError) in
            Survey(try header(bytes), of: bytes, sizes: options.sizes)
        }
    }

    /// Decodes, reduces and encodes, on the calling thread and without waiting for anything.
    ///
    /// - Parameter deadline: ends it, and so does the time that the limits allow.
    package func pixelate(_ bytes: [UInt8], until deadline: Deadline) throws(PixelationError)
        -> PixelatedPicture
    {
        let deadline = deadline.limited(to: options.limits.seconds)
        try checkFormat(bytes)
        return try bytes.withUnsafeBufferPointer { bytes throws(PixelationError) in
            var pixelation = JPEGPixelation(bytes: bytes, options: options, deadline: deadline)
            return try pixelation.run(try header(bytes))
        }
    }

    private func checkFormat(_ bytes: [UInt8]) throws(PixelationError) {
        guard bytes.count <= options.limits.bytes else {
            throw PixelationError(
                .tooManyBytes, "\(bytes.count) bytes, \(options.limits.bytes) are allowed")
        }
        guard let format = SourceFormat(bytes) else {
            throw PixelationError(
                .notAnImage,
                bytes.isEmpty
                    ? "the file is empty" : "the \(bytes.count) bytes begin like no picture format known")
        }
        guard format == .jpeg else {
            throw PixelationError(.unsupportedFormat, "\(format.rawValue) is not processed, only JPEG")
        }
    }

    private func header(_ bytes: UnsafeBufferPointer<UInt8>) throws(PixelationError) -> JPEGHeader {
        do {
            return try JPEGReader.header(of: bytes, limits: JPEGLimits(options))
        } catch {
            throw PixelationError(error)
        }
    }
}

extension JPEGLimits {
    init(_ options: PixelationOptions) {
        self.init(
            pixels: options.limits.pixels, scans: options.limits.scans, scanWork: options.limits.scanWork,
            markers: options.limits.markers, memoryBytes: options.limits.memoryBytes,
            warnings: options.limits.warnings, acceptsTruncated: options.truncated == .accept)
    }
}

extension Survey {
    init(_ header: JPEGHeader, of bytes: UnsafeBufferPointer<UInt8>, sizes: [Int]) {
        self.init(
            format: .jpeg, width: header.width, height: header.height, components: header.components.count,
            orientation: header.orientation(in: bytes),
            workingSetBytes: header.workingSetBytes
                + Self.bytesBesideDecoder(
                    width: header.width, height: header.height, pixels: header.pixels, sizes: sizes))
    }

    fileprivate static func bytesBesideDecoder(width: Int, height: Int, pixels: Int, sizes: [Int]) -> Int {
        let reduced = GridReducer.workingSetBytes(width: width, height: height, sizes: sizes)
        // What outputs usually take; a grid of noise takes more.
        let written = sizes.reduce(0) { $0 + pixels / 64 + $1 * $1 * 64 }
        return reduced + written
    }
}

extension PixelationOptions {
    /// The largest `Survey.workingSetBytes` of a picture that the limits let pass.
    package var largestWorkingSetBytes: Int {
        let side = min(JPEGHeader.longestSide, limits.pixels)
        return limits.memoryBytes
            + Survey.bytesBesideDecoder(width: side, height: side, pixels: limits.pixels, sizes: sizes)
    }
}
