// SPDX-License-Identifier: Apache-2.0

import CWebP
package import Support
package import WebP

/// A reader of one WebP file, which libwebp decodes: rows of a still picture, or rows of the canvas after each frame of
/// an animation. After a method has thrown an error, the reader can only be destroyed.
///
/// libwebp decodes into memory for the whole picture, because its interface has no other output: 4 bytes a pixel, or
/// 1.5 for a lossy picture without alpha, whose luma and chroma become colours row by row here. That takes less time
/// than libwebp's own conversion, and fewer new pages of memory. The rows of a lossy picture are returned as soon as
/// they are decoded.
package struct WebPReader: ~Copyable {
    package let header: WebPHeader
    /// The whole file.
    private let bytes: UnsafeBufferPointer<UInt8>
    private let pointer: OpaquePointer
    /// The cancellation, retained because the decoder behind `pointer` reads the flag at its address.
    private let cancellation: Cancellation?
    /// The number of frames that are begun.
    private var frame = 0

    /// Creates a reader. The decoder does not read the file before `nextFrame` is called.
    ///
    /// - Parameters:
    ///   - bytes: The whole file. It must not move or change while the reader exists.
    ///   - header: The header of `bytes`, from `WebPHeader.init(of:limits:)`. The header of another file makes this
    ///     initializer or `nextFrame` throw an error, unless both files have equally many bytes and frames of the same
    ///     canvas; then those of `bytes` are decoded.
    ///   - limits: The limits of the decoder.
    ///   - deadline: The time at which decoding ends with an error of kind `deadline`; nil for no deadline. It is
    ///     checked before each frame, and for each 16 KiB of a lossy still picture.
    ///   - cancellation: The cancellation that ends decoding, at the same places, with an error of kind `cancelled`;
    ///     nil for none.
    /// - Throws: `WebPError` of kind `internal` or `tooMuchMemory`.
    package init(
        _ bytes: UnsafeBufferPointer<UInt8>, header: WebPHeader, limits: WebPLimits,
        deadline: ContinuousClock.Instant? = nil, cancellation: Cancellation? = nil
    ) throws(WebPError) {
        guard bytes.count == header.fileBytes else {
            throw WebPError(
                .internal, "the header is of a file of \(header.fileBytes) bytes, not \(bytes.count)")
        }
        guard header.workingSetBytes <= limits.memoryBytes else {
            throw WebPError(
                .tooMuchMemory,
                "decoding needs up to \(header.workingSetBytes) bytes, \(limits.memoryBytes) are allowed")
        }
        var file = px_webp_file(
            bytes: bytes.baseAddress, count: bytes.count, width: Int32(clamping: header.width),
            height: Int32(clamping: header.height),
            frames: header.isAnimated ? Int32(clamping: header.frames.count) : 0,
            in_parts: header.frames.first?.isLossless == false, has_planes: header.hasPlanes,
            nanoseconds: Deadline.nanoseconds(until: deadline), cancelled: cancellation?.address)
        guard let pointer = px_webp_create(&file) else {
            throw WebPError(.tooMuchMemory, "the system has no memory left for a decoder")
        }
        self.header = header
        self.bytes = bytes
        self.pointer = pointer
        self.cancellation = cancellation
    }

    /// Begins a still picture, or decodes the next frame of an animation and puts it onto the canvas.
    /// The method is called before the rows of each frame, and all rows of the frame before must have been read.
    ///
    /// - Returns: The time for which the frame is shown in milliseconds; 0 for a still picture.
    package mutating func nextFrame() throws(WebPError) -> Int {
        if frame < header.frames.count { try admitPrefixCodes(of: header.frames[frame]) }
        var end: Int32 = 0
        try check(px_webp_next_frame(pointer, &end))
        defer { frame += 1 }
        return header.frames[frame].milliseconds
    }

    /// Throws an error if the tables of prefix codes of a frame take more memory than is predicted.
    private func admitPrefixCodes(of frame: WebPHeader.Frame) throws(WebPError) {
        let file = bytes.span
        guard frame.mayExceedPrefixCodes, let range = frame.lossless(in: file),
            let groups = PrefixGroups(of: file, in: range, width: frame.width, height: frame.height),
            groups.tableBytes > frame.prefixCodeBytes
        else { return }
        throw WebPError(
            .tooMuchMemory,
            "the tables of \(groups.count) groups of prefix codes take \(groups.tableBytes) bytes, "
                + "\(frame.prefixCodeBytes) are allowed")
    }

    /// Stores the next row in `row`: red, green, blue and alpha of each pixel, not premultiplied. The alpha of a
    /// picture without `header.hasAlpha` has no meaning.
    package mutating func readRow(_ row: UnsafeMutableBufferPointer<UInt8>) throws(WebPError) {
        let pixels = try nextRow()
        precondition(row.count == pixels.count, "a buffer of another length")
        _ = row.update(from: pixels)
    }

    /// Returns the next row, as `readRow` stores it, until another method is called. The 28 bytes behind a row of a
    /// still picture can be read.
    package mutating func nextRow() throws(WebPError) -> UnsafeBufferPointer<UInt8> {
        var row: UnsafePointer<UInt8>?
        try check(px_webp_next_row(pointer, &row))
        return UnsafeBufferPointer(start: row, count: 4 * header.width)
    }

    private func check(_ status: px_webp_status) throws(WebPError) {
        guard status != .ok else { return }
        throw error(status)
    }

    private func error(_ status: px_webp_status) -> WebPError {
        switch status {
        case .failed: WebPError(.corrupt, "libwebp finds an error in the data of frame \(frame + 1)")
        case .truncated: WebPError(.truncated, "the file ends before the picture does")
        case .memory: WebPError(.tooMuchMemory, "the system has no memory left for the pixels")
        case .mismatch:
            WebPError(
                .corrupt,
                "the header says \(header.width) x \(header.height), \(header.frames.count) frames, the decoder "
                    + "finds others")
        case .deadline: WebPError(.deadline, "the deadline passed during frame \(frame + 1)")
        case .cancelled: WebPError(.cancelled, "decoding was cancelled")
        default: WebPError(.internal, "the decoder was called in the wrong order")
        }
    }

    deinit { px_webp_destroy(pointer) }
}
