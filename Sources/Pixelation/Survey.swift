// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The properties of a source that are known or predicted from its header, without decoding.
package struct Survey: Sendable {
    package var format: SourceFormat
    /// The width in pixels of the picture as stored: the orientation is not applied.
    package var width: Int
    /// The height in pixels of the picture as stored: the orientation is not applied.
    package var height: Int
    /// The colour model of the grids.
    package var color: ColorModel
    /// The orientation that the metadata state; `upright` without metadata.
    package var orientation: Orientation
    /// An upper bound of the memory of pixelating in bytes, with the outputs and the copies of the file that a decoder
    /// needs, but without the file itself.
    package var workingSetBytes: Int
    /// The number of frames that are reduced: 1 unless the source and the outputs are animated.
    package var frames = 1
    /// The times of the animation that the outputs are; nil if they are still pictures.
    var animation: Animation?
    /// The largest length in bytes of the ICC profile that the decoder has to decompress; 0 for none.
    package var profileBytes = 0
    /// The format of the outputs.
    package var outputFormat = OutputFormat.jpeg
    /// The ending of the names of outputs in another format than the source; nil if both have the same.
    package var outputEnding: String?
    /// The parsed header, from which `Pixelator.pixelate` continues; nil unless `Pixelator.survey` created this value.
    package let header: SourceHeader?

    /// The memory in bytes that the decoder of every picture may have.
    private static let unconditionalBytes = 192 << 20
    /// The memory of a decoder beyond `unconditionalBytes`, in bytes for each byte of the file. A photo of 100
    /// megapixels needs 100 or less; a file that states many pixels and has no data for them needs thousands.
    private static let bytesPerFileByte = 500

    /// Creates the survey of an upright colour picture, for tests and for engines other than `Pixelator`. `Pixelator`
    /// refuses it.
    package init(format: SourceFormat, width: Int, height: Int, workingSetBytes: Int) {
        self.format = format
        self.width = width
        self.height = height
        color = .rgb
        orientation = .upright
        self.workingSetBytes = workingSetBytes
        header = nil
    }

    /// Surveys a source: reads its header, and checks it against the limits.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - options: The options of the engine.
    /// - Throws: `PixelationError`.
    package init(of bytes: Span<UInt8>, options: PixelationOptions) throws(PixelationError) {
        let format = try Self.format(of: bytes, options)
        self = try Survey(SourceHeader(of: bytes, format, options), of: bytes, options: options)
        let longest = outputFormat.longestSide
        guard max(width, height) <= longest else {
            throw PixelationError(
                .tooManyPixels,
                "\(width) x \(height) pixels, a side of an output in \(outputFormat.rawValue) may have "
                    + "\(longest) (pixelation.output)")
        }
        guard workingSetBytes <= options.limits.memoryBytes else {
            throw PixelationError(
                .tooMuchMemory,
                limit: "the picture needs up to \(workingSetBytes) bytes of memory, "
                    + "\(options.limits.memoryBytes) are allowed")
        }
        let needed = header?.picture.workingSetBytes ?? 0
        guard needed <= max(Self.unconditionalBytes, bytes.count * Self.bytesPerFileByte) else {
            throw PixelationError(
                .tooMuchMemory,
                "decoding needs up to \(needed) bytes of memory, and a decoder may have more than "
                    + "\(Self.unconditionalBytes) only for files of at least \(needed / Self.bytesPerFileByte) "
                    + "bytes, not \(bytes.count)")
        }
    }

    /// Returns the format of a file, by its first bytes.
    ///
    /// - Throws: `PixelationError` if the file is too long, or if its format is unknown or not among
    ///   `PixelationOptions.formats`.
    private static func format(
        of bytes: Span<UInt8>, _ options: PixelationOptions
    ) throws(PixelationError) -> SourceFormat {
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
        guard options.formats.contains(format) else {
            let list = options.formats.map(\.rawValue)
            throw PixelationError(
                .unsupportedFormat,
                "\(format.rawValue) is not processed, only \(list.joined(separator: ", "))"
                    + (SourceFormat.readable.contains(format) ? " (pixelation.formats)" : ""))
        }
        return format
    }

    /// Creates the survey of a file.
    ///
    /// - Parameters:
    ///   - header: The header of the file.
    ///   - bytes: The whole file.
    ///   - options: The options of the engine.
    init(_ header: SourceHeader, of bytes: Span<UInt8>, options: PixelationOptions) {
        format = header.format
        width = header.picture.width
        height = header.picture.height
        color = header.color(options)
        orientation = header.orientation(in: bytes)
        outputFormat = options.output.format(for: format, hasAlpha: color.hasAlpha)
        animation = header.animation(outputFormat, options.metadata)
        frames = animation?.milliseconds.count ?? 1
        outputEnding = options.output.ending(for: format, hasAlpha: color.hasAlpha)
        profileBytes = header.compressedProfileBytes(outputFormat, options.metadata)
        self.header = header
        workingSetBytes = 0
        workingSetBytes = max(decodingBytes(header, options), encodingBytes(header, options))
    }

    /// Returns an upper bound of the memory, in bytes, until the picture is reduced: of the decoder, the reducer, the
    /// grids and the attachments.
    private func decodingBytes(_ header: SourceHeader, _ options: PixelationOptions) -> Int {
        header.picture.workingSetBytes
            + GridReducer.workingSetBytes(width: width, height: height, sizes: options.sizes)
            + GridReducer.keptBytes(width: width, height: height, sizes: options.sizes, frames: frames)
            // The buffer of the decoder and its result, besides the copy in the answer.
            + 2 * profileBytes + reducedBytes(header, options)
    }

    /// Returns an upper bound of the memory, in bytes, while outputs are encoded, when the decoder and the reducer are
    /// freed: the grids and the attachments, all outputs, and the buffers of the writer.
    private func encodingBytes(_ header: SourceHeader, _ options: PixelationOptions) -> Int {
        let isTurned = options.metadata == .upright && orientation.swapsSides
        let bounds = options.sizes.map { size in
            OutputEncoder.bound(
                of: outputFormat, width: isTurned ? height : width, height: isTurned ? width : height,
                color: color, size: size, frames: frames)
        }
        let attached = header.attachedBytes(outputFormat, options.metadata)
        return reducedBytes(header, options) + bounds.reduce(0) { $0 + $1.file + attached }
            + (bounds.map(\.workingSet).max() ?? 0)
    }

    /// Returns the memory, in bytes, of a `ReducedPicture`.
    private func reducedBytes(_ header: SourceHeader, _ options: PixelationOptions) -> Int {
        let samples = options.sizes.reduce(0) { $0 + $1 * $1 * color.bands }
        return samples * frames + header.metadataBytes + profileBytes + 4096
    }
}
