// SPDX-License-Identifier: Apache-2.0

import CJPEG
package import JPEG
package import Support

/// A reader of one JPEG file, which libjpeg decodes row by row. After a method has thrown an error, the reader can only
/// be destroyed.
package struct JPEGReader: ~Copyable {
    package let header: JPEGHeader
    private let pointer: OpaquePointer
    private let limits: JPEGLimits
    /// The cancellation, retained because the decoder behind `pointer` reads the flag at its address.
    private let cancellation: Cancellation?

    /// Creates a reader. The decoder does not read the file before `start` is called.
    ///
    /// - Parameters:
    ///   - bytes: The whole file. It must not move or change while the reader exists.
    ///   - header: The header of `bytes`, from `JPEGHeader.init(of:limits:)`. The header of another file makes this
    ///     initializer or `start` throw an error, unless both files have equally many bytes and their pictures the same
    ///     size; then the picture of `bytes` is decoded.
    ///   - limits: The limits of the decoder. A method that exceeds one of them throws an error.
    ///   - deadline: The time at which decoding ends with an error of kind `deadline`; nil for no deadline.
    ///   - cancellation: The cancellation that ends decoding, before the next row of blocks, with an error of kind
    ///     `cancelled`; nil for none.
    /// - Throws: `JPEGError` of kind `internal` or `tooMuchMemory`.
    package init(
        _ bytes: UnsafeBufferPointer<UInt8>, header: JPEGHeader, limits: JPEGLimits,
        deadline: ContinuousClock.Instant? = nil, cancellation: Cancellation? = nil
    ) throws(JPEGError) {
        guard bytes.count == header.fileBytes else {
            throw JPEGError(
                .internal, "the header is of a file of \(header.fileBytes) bytes, not \(bytes.count)")
        }
        var bounds = px_limits(
            scans: Int32(clamping: limits.scans), scan_work: Int64(limits.scanWork),
            damaged_percent: Int32(clamping: limits.damagedPercent), markers: Int32(clamping: limits.markers),
            memory_bytes: Int64(limits.memoryBytes), nanoseconds: Deadline.nanoseconds(until: deadline),
            accept_truncated: limits.acceptsTruncated)
        let created = px_reader_create(bytes.baseAddress, bytes.count, &bounds, cancellation?.address)
        guard let pointer = created else {
            throw JPEGError(.tooMuchMemory, "the system has no memory left for a decoder")
        }
        self.header = header
        self.pointer = pointer
        self.limits = limits
        self.cancellation = cancellation
    }

    /// Prepares for reading rows. This method is called once, before the first `readRow`. For a picture of several
    /// scans it decodes the coefficients of all scans.
    package mutating func start() throws(JPEGError) {
        var frame = px_frame()
        try check(px_reader_read_header(pointer, &frame))
        guard frame.width == header.width, frame.height == header.height,
            frame.components == header.components.count
        else {
            throw JPEGError(
                .corrupt,
                "the header says \(header.width) x \(header.height) x \(header.components.count), "
                    + "the decoder finds \(frame.width) x \(frame.height) x \(frame.components)")
        }
        try check(px_reader_start(pointer))
    }

    /// Decodes the next row of the picture into `row`, which has `header.width * header.layout.stride` bytes.
    package mutating func readRow(_ row: UnsafeMutableBufferPointer<UInt8>) throws(JPEGError) {
        try check(px_reader_read_row(pointer, row.baseAddress, row.count))
    }

    /// Reads the file from the last row to its end-of-image marker. This method is called after the last `readRow`. It
    /// throws an error only when Pillow does: when a marker segment that follows is corrupt, in the same block of
    /// 65536 bytes of the file and before the marker, and `JPEGLimits.acceptsTruncated` is false.
    package mutating func finish() throws(JPEGError) { try check(px_reader_finish(pointer)) }

    /// The corrupt data that libjpeg decoded so far; nil if there were none.
    package var damage: JPEGDamage? {
        let report = px_reader_report(pointer).pointee
        guard report.warnings > 0 else { return nil }
        let percent = report.rows == 0 ? 0 : ceilingDivision(Int(report.damaged_rows) * 100, Int(report.rows))
        return JPEGDamage(
            warnings: Int(report.warnings), firstWarning: Self.message(of: report), percent: percent)
    }

    /// True when the file ended early and libjpeg filled in the rest of the picture.
    package var wasTruncated: Bool { px_reader_report(pointer).pointee.truncated }

    private func check(_ status: px_status) throws(JPEGError) {
        guard status != .ok else { return }
        throw error(status)
    }

    private func error(_ status: px_status) -> JPEGError {
        let report = px_reader_report(pointer).pointee
        let words = Self.message(of: report)
        switch status {
        case .failed:
            return JPEGError(.corrupt, "libjpeg: \(words) (code \(report.code))")
        case .truncated:
            return JPEGError(.truncated, "the file ends before the picture does")
        case .memory:
            return JPEGError(.tooMuchMemory, "more than \(limits.memoryBytes) bytes of coefficients")
        case .scans:
            return JPEGError(
                .tooManyScans,
                "scan \(report.scans) of \(header.pixels) pixels, \(limits.scans) scans and "
                    + "\(limits.scanWork) scans x pixels are allowed")
        case .damaged:
            return JPEGError(
                .tooMuchDamage,
                "corrupt data in \(report.damaged_rows) of \(report.rows) rows of blocks, "
                    + "\(limits.damagedPercent) % are allowed; the first warning: \(words)")
        case .markers:
            return JPEGError(.tooManyMarkers, "\(report.markers) segments, \(limits.markers) are allowed")
        case .deadline:
            return JPEGError(.deadline, "the deadline passed during scan \(report.scans)")
        case .cancelled:
            return JPEGError(.cancelled, "decoding was cancelled")
        default:
            return JPEGError(.internal, "the decoder was called in the wrong order")
        }
    }

    private static func message(of report: px_report) -> String {
        withUnsafeBytes(of: report.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    deinit { px_reader_destroy(pointer) }
}
