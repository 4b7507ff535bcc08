// SPDX-License-Identifier: Apache-2.0

package import JPEG
import JPEGEncoder
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
    /// The parsed header, from which `Pixelator.pixelate` continues; nil unless `Pixelator.survey` created this value.
    package let header: JPEGHeader?

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
        try Self.checkFormat(bytes, options)
        do throws(JPEGError) {
            self = Survey(
                try JPEGHeader(of: bytes, limits: JPEGLimits(options)), of: bytes, options: options)
        } catch {
            throw PixelationError(error)
        }
        guard workingSetBytes <= options.limits.memoryBytes else {
            throw PixelationError(
                .tooMuchMemory,
                limit: "the picture needs up to \(workingSetBytes) bytes of memory, "
                    + "\(options.limits.memoryBytes) are allowed")
        }
    }

    /// Throws an error if the file is too long, or no JPEG file by its first bytes.
    private static func checkFormat(
        _ bytes: Span<UInt8>, _ options: PixelationOptions
    ) throws(PixelationError) {
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

    /// Creates the survey of a JPEG file.
    ///
    /// - Parameters:
    ///   - header: The header of the file.
    ///   - bytes: The whole file.
    ///   - options: The options of the engine, of which the sizes and the policy for metadata decide about the memory.
    init(_ header: JPEGHeader, of bytes: Span<UInt8>, options: PixelationOptions) {
        format = .jpeg
        width = header.width
        height = header.height
        color = header.layout?.color ?? .rgb
        orientation = header.orientation(in: bytes)
        self.header = header
        workingSetBytes = 0
        workingSetBytes = max(decodingBytes(header, options), encodingBytes(header, options))
    }

    /// Returns an upper bound of the memory, in bytes, until the picture is reduced: of the decoder, the reducer, the
    /// grids and the attachments.
    private func decodingBytes(_ header: JPEGHeader, _ options: PixelationOptions) -> Int {
        header.workingSetBytes
            + GridReducer.workingSetBytes(width: width, height: height, sizes: options.sizes)
            + reducedBytes(header, options)
    }

    /// Returns an upper bound of the memory, in bytes, while outputs are encoded, when the decoder and the reducer are
    /// freed: the grids and the attachments, all outputs, and the buffers of the writer.
    private func encodingBytes(_ header: JPEGHeader, _ options: PixelationOptions) -> Int {
        let isUpright = options.metadata == .upright
        let isTurned = isUpright && orientation.swapsSides
        let attached = GridWriter.attachmentBytes(
            profile: isUpright ? header.profileBytes : 0, comment: isUpright ? 0 : header.comment?.count ?? 0)
        let bounds = options.sizes.map { size in
            GridWriter.Bound(
                width: isTurned ? height : width, height: isTurned ? width : height, bands: color.bands,
                size: size)
        }
        return reducedBytes(header, options) + bounds.reduce(0) { $0 + $1.fileBytes + attached }
            + (bounds.map(\.workingSetBytes).max() ?? 0)
    }

    /// Returns the memory, in bytes, of a `ReducedPicture`.
    private func reducedBytes(_ header: JPEGHeader, _ options: PixelationOptions) -> Int {
        let samples = options.sizes.reduce(0) { $0 + $1 * $1 * color.bands }
        return samples + header.profileBytes + (header.comment?.count ?? 0) + 4096
    }
}
