// SPDX-License-Identifier: Apache-2.0

import Pixels
package import Support

/// The engine, which makes outputs of several sizes from a source. It has no state of its own, so that any number of
/// threads may use it at the same time.
///
/// No C library parses a source here: the header is read by Swift code that is checked for memory safety, and the
/// `PictureReducer` decodes the picture, in another process if the calling one has credentials.
package struct Pixelator: Sendable {
    package let options: PixelationOptions
    private let reducer: any PictureReducer

    /// Creates an engine.
    ///
    /// - Parameters:
    ///   - options: Options for which `problems()` returns no problem.
    ///   - reducer: The decoder of the pictures.
    package init(_ options: PixelationOptions, reducer: any PictureReducer) {
        self.options = options
        self.reducer = reducer
    }

    /// Returns the properties of a source that its header states. It reads the header only, in microseconds; a file of
    /// several scans is read to the end, to count them.
    ///
    /// - Parameter bytes: The whole file.
    /// - Throws: `PixelationError`, the one that `pixelate` would throw for the same file, if the header suffices to
    ///   find it.
    package func survey(_ bytes: [UInt8]) throws(PixelationError) -> Survey {
        var survey = try Survey(of: bytes.span, options: options)
        survey.workingSetBytes += reducer.copyBytes(ofFile: bytes.count)
        return survey
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
        let (picture, encoder) = try reduce(bytes, survey, cancellation)
        return try encode(picture, survey, encoder)
    }

    /// Pixelates a source as `pixelate(_:survey:cancellation:)`, and shows the outputs in small.
    ///
    /// - Throws: `PixelationError`.
    package func pixelateWithPreview(
        _ bytes: [UInt8], survey: Survey, cancellation: Cancellation? = nil
    ) throws(PixelationError) -> (picture: PixelatedPicture, preview: PicturePreview) {
        let (picture, encoder) = try reduce(bytes, survey, cancellation)
        return (
            try encode(picture, survey, encoder),
            encoder.preview(of: picture, orientation: survey.orientation)
        )
    }

    private func reduce(
        _ bytes: [UInt8], _ survey: Survey, _ cancellation: Cancellation?
    ) throws(PixelationError) -> (ReducedPicture, OutputEncoder) {
        let deadline = ContinuousClock.now + .seconds(options.limits.seconds)
        guard let header = survey.header, header.picture.fileBytes == bytes.count else {
            throw PixelationError(.internal, "the survey is not of this file")
        }
        let reduction = try reducer.reduce(
            bytes.span,
            ReductionRequest(
                survey: survey, options: options, deadline: deadline, cancellation: cancellation))
        let picture = try ReducedPicture(reduction, survey, header, of: bytes, options: options)
        let encoder = OutputEncoder(
            options: options, format: survey.outputFormat, deadline: deadline, cancellation: cancellation)
        return (picture, encoder)
    }

    private func encode(
        _ picture: ReducedPicture, _ survey: Survey, _ encoder: OutputEncoder
    ) throws(PixelationError) -> PixelatedPicture {
        PixelatedPicture(
            outputs: try encoder.encode(picture, orientation: survey.orientation),
            ending: survey.outputEnding, damage: picture.damage)
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
}
