// SPDX-License-Identifier: Apache-2.0

import JPEG
package import Support

/// The engine: it pixelates a picture into outputs of several sizes. It has no state but its options, so that any
/// number of threads may use it at once.
package struct Pixelator: Sendable {
    package let options: PixelationOptions

    /// - Parameter options: Options without `problems()`.
    package init(_ options: PixelationOptions) { self.options = options }

    /// Reads the header only, in microseconds. Files of several scans are read to the end, to count the scans.
    ///
    /// - Throws: `PixelationError`: what `pixelate` would throw for the same bytes, as far as the header tells.
    package func survey(_ bytes: [UInt8]) throws(PixelationError) -> Survey {
        try checkFormat(bytes)
        return try bytes.withUnsafeBufferPointer { bytes throws(PixelationError) in
            do throws(JPEGError) {
                let header = try JPEGReader.header(of: bytes, limits: JPEGLimits(options))
                return Survey(header, of: bytes, sizes: options.sizes)
            } catch {
                throw PixelationError(error)
            }
        }
    }

    /// Decodes, reduces and encodes, on the calling thread and without waiting for anything.
    ///
    /// It ends within `limits.seconds` of the call, or within milliseconds of a cancellation: both are checked between
    /// two rows of blocks.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - survey: The survey of `bytes` by this pixelator. The survey of another file is an `internal` or `corrupt`
    ///     error, unless the files have as many bytes and their pictures the same width and height: then the picture
    ///     of `bytes` is pixelated, with orientation, profile and comment taken from where the other file has them.
    ///   - cancellation: Stops the computation; nil for one that only the time limit stops.
    /// - Throws: `PixelationError`.
    package func pixelate(
        _ bytes: [UInt8], survey: Survey, cancellation: Cancellation? = nil
    ) throws(PixelationError) -> PixelatedPicture {
        let deadline = ContinuousClock.now + .seconds(options.limits.seconds)
        guard let header = survey.header, header.fileBytes == bytes.count else {
            throw PixelationError(.internal, "the survey is not of this file")
        }
        let picture = try bytes.withUnsafeBufferPointer { bytes throws(PixelationError) in
            try JPEGPixelation(
                bytes: bytes, header: header, options: options, deadline: deadline, cancellation: cancellation
            ).run()
        }
        let encoder = OutputEncoder(
            policy: options.metadata, deadline: deadline, cancellation: cancellation)
        return PixelatedPicture(
            outputs: try encoder.encode(picture, orientation: survey.orientation),
            warnings: picture.warnings, wasTruncated: picture.wasTruncated)
    }

    /// Surveys and pixelates.
    package func pixelate(
        _ bytes: [UInt8], cancellation: Cancellation? = nil
    ) throws(PixelationError) -> PixelatedPicture {
        try pixelate(bytes, survey: survey(bytes), cancellation: cancellation)
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
                    ? "the file is empty" : "the \(bytes.count) bytes begin like no known picture format")
        }
        guard format == .jpeg else {
            throw PixelationError(.unsupportedFormat, "\(format.rawValue) is not processed, only JPEG")
        }
    }
}

extension JPEGLimits {
    /// The limits of JPEG files among the options.
    init(_ options: PixelationOptions) {
        self.init(
            pixels: options.limits.pixels, scans: options.limits.scans, scanWork: options.limits.scanWork,
            markers: options.limits.markers, memoryBytes: options.limits.memoryBytes,
            warnings: options.limits.warnings, acceptsTruncated: options.truncated == .accept)
    }
}
