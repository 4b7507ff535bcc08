// SPDX-License-Identifier: Apache-2.0

import CPNG
package import PNG
package import Support

/// A reader of one PNG file, which libpng decodes row by row. After a method has thrown an error, the reader can only
/// be destroyed.
package struct PNGReader: ~Copyable {
    package let header: PNGHeader
    /// The order of the samples in the rows.
    package let layout: PNGLayout
    private let pointer: OpaquePointer
    private let limits: PNGLimits
    /// The cancellation, retained because the decoder behind `pointer` reads the flag at its address.
    private let cancellation: Cancellation?

    /// Creates a reader. The decoder does not read the file before `start` is called.
    ///
    /// - Parameters:
    ///   - bytes: The whole file. It must not move or change while the reader exists.
    ///   - header: The header of `bytes`, from `PNGHeader.init(of:limits:)`.
    ///   - layout: The order of the samples in the rows, `header.colorLayout` or `header.storedLayout`.
    ///   - limits: The limits of the decoder. A method that exceeds one of them throws an error.
    ///   - deadline: The time at which decoding ends with an error of kind `deadline`; nil for no deadline.
    ///   - cancellation: The cancellation that ends decoding, before the next row, with an error of kind `cancelled`;
    ///     nil for none.
    /// - Throws: `PNGError` of kind `internal` or `tooMuchMemory`.
    package init(
        _ bytes: UnsafeBufferPointer<UInt8>, header: PNGHeader, layout: PNGLayout, limits: PNGLimits,
        deadline: ContinuousClock.Instant? = nil, cancellation: Cancellation? = nil
    ) throws(PNGError) {
        guard bytes.count == header.fileBytes else {
            throw PNGError(
                .internal, "the header is of a file of \(header.fileBytes) bytes, not \(bytes.count)")
        }
        guard layout == header.colorLayout || layout == header.storedLayout else {
            throw PNGError(.internal, "rows of the picture have no layout \(layout.rawValue)")
        }
        var bounds = px_png_limits(
            memory_bytes: Int64(limits.memoryBytes), profile_bytes: UInt32(clamping: limits.profileBytes),
            nanoseconds: Deadline.nanoseconds(until: deadline),
            accept_truncated: limits.acceptsTruncated)
        guard let pointer = px_png_create(bytes.baseAddress, bytes.count, &bounds, cancellation?.address)
        else {
            throw PNGError(.tooMuchMemory, "the system has no memory left for a decoder")
        }
        self.header = header
        self.layout = layout
        self.pointer = pointer
        self.limits = limits
        self.cancellation = cancellation
    }

    /// The number of bytes of a row.
    package var rowBytes: Int { header.width * layout.stride }

    /// Prepares for reading rows. This method is called once, before the first `readRow`. For an interlaced picture it
    /// decodes all rows.
    package mutating func start() throws(PNGError) {
        var frame = px_png_frame()
        try check(px_png_start(pointer, Self.layout(layout), &frame))
        guard frame.width == header.width, frame.height == header.height, frame.row_bytes == rowBytes else {
            throw PNGError(
                .corrupt,
                "the header says \(header.width) x \(header.height) with rows of \(rowBytes) bytes, the decoder "
                    + "finds \(frame.width) x \(frame.height) with \(frame.row_bytes)")
        }
    }

    /// Returns the decompressed ICC profile, after `start`; nil if there is none, if it is longer than the limit, or if
    /// libpng finds it invalid.
    package func profile() -> [UInt8]? {
        var count = 0
        guard let profile = px_png_profile(pointer, &count) else { return nil }
        return Array(UnsafeBufferPointer(start: profile, count: count))
    }

    /// Decodes the next row of the picture into `row`, which has `rowBytes` bytes.
    package mutating func readRow(_ row: UnsafeMutableBufferPointer<UInt8>) throws(PNGError) {
        try check(px_png_read_row(pointer, row.baseAddress, row.count))
    }

    /// True when the file ended early and the rest of the picture is zeros.
    package var wasTruncated: Bool { px_png_get_report(pointer).pointee.truncated }

    private static func layout(_ layout: PNGLayout) -> px_png_layout {
        switch layout {
        case .gray: .gray
        case .grayAlpha: .gray_alpha
        case .rgbx: .rgbx
        case .rgba: .rgba
        case .index: .index
        case .gray16: .gray16
        }
    }

    private func check(_ status: px_png_status) throws(PNGError) {
        guard status != .ok else { return }
        throw error(status)
    }

    private func error(_ status: px_png_status) -> PNGError {
        let report = px_png_get_report(pointer).pointee
        switch status {
        case .failed:
            let words = withUnsafeBytes(of: report.message) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            return PNGError(.corrupt, "libpng: \(words), in row \(report.rows)")
        case .truncated:
            return PNGError(
                .truncated, "the pixels end after \(report.rows) of \(header.height) rows")
        case .memory:
            return PNGError(.tooMuchMemory, "more than \(limits.memoryBytes) bytes for the decoder")
        case .deadline:
            return PNGError(.deadline, "the deadline passed in row \(report.rows)")
        case .cancelled:
            return PNGError(.cancelled, "decoding was cancelled")
        default:
            return PNGError(.internal, "the decoder was called in the wrong order")
        }
    }

    deinit { px_png_destroy(pointer) }
}
