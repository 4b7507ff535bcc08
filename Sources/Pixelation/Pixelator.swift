// SPDX-License-Identifier: Apache-2.0

import JPEG
package import Support

/// The engine, which makes outputs of several sizes from a source. It has no state but its options, so that any number
/// of threads may use it at the same time.
package struct Pixelator: Sendable {
    package let options: PixelationOptions

    /// Creates an engine.
    ///
    /// - Parameter options: Options for which `problems()` returns no problem.
    package init(_ options: PixelationOptions) { self.options = options }

    /// Returns the properties of a source that its header states. It reads the header only, in microseconds; a file of
    /// several scans is read to the end, to count them.
    ///
    /// - Parameter bytes: The whole file.
    /// - Throws: `PixelationError`, the one that `pixelate` would throw for the same file, if the header suffices to
    ///   find it.
    package func survey(_ bytes: [UInt8]) throws(PixelationError) -> Survey {
        try checkFormat(bytes)
        return try bytes.withUnsafeBufferPointer { bytes throws(PixelationError) in
            let survey: Survey
            do throws(JPEGError) {
                let header = try JPEGReader.header(of: bytes, limits: JPEGLimits(options))
                survey = Survey(header, of: bytes, options: options)
            } catch {
                throw PixelationError(error)
            }
            guard survey.workingSetBytes <= options.limits.memoryBytes else {
                throw PixelationError(
                    .tooMuchMemory,
                    limit: "the picture needs up to \(survey.workingSetBytes) bytes of memory, "
                        + "\(options.limits.memoryBytes) are allowed")
            }
            return survey
        }
    }

    /// Pixelates a source whose survey is known, on the calling thread and without waiting for anything.
    ///
    /// The call ends within `limits.seconds`, or within milliseconds of a cancellation: both are checked between two
    /// rows of blocks.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - survey: The survey of `bytes` by this engine. The survey of another file causes an error of kind `internal`
    ///     or `corrupt`, unless both files have equally many bytes and their pictures the same width and height: then
    ///     the picture of `bytes` is pixelated, with the orientation, profile and comment at the positions that they
    ///     have in the other file.
    ///   - cancellation: The cancellation that ends the call; nil if only the limit of time ends it.
    /// - Returns: One output for each size of the options.
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
            damage: picture.damage)
    }

    /// Surveys and pixelates a source, on the calling thread and without waiting for anything.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - cancellation: The cancellation that ends the call; nil if only the limit of time ends it.
    /// - Returns: One output for each size of the options.
    /// - Throws: `PixelationError`.
    package func pixelate(
        _ bytes: [UInt8], cancellation: Cancellation? = nil
    ) throws(PixelationError) -> PixelatedPicture {
        try pixelate(bytes, survey: survey(bytes), cancellation: cancellation)
    }

    /// Throws an error if the file is too long, or no JPEG file by its first bytes.
    private func checkFormat(_ bytes: [UInt8]) throws(PixelationError) {
        guard bytes.count <= options.limits.bytes else {
            throw PixelationError(
                .tooManyBytes, limit: "\(bytes.count) bytes, \(options.limits.bytes) are allowed")
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
    /// Creates the limits of the JPEG decoder from the options of the engine.
    init(_ options: PixelationOptions) {
        self.init(
            pixels: options.limits.pixels, scans: options.limits.scans, scanWork: options.limits.scanWork,
            markers: options.limits.markers, memoryBytes: options.limits.memoryBytes,
            damagedPercent: options.limits.damagedPercent, acceptsTruncated: options.truncated == .accept)
    }
}
