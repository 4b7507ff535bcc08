// SPDX-License-Identifier: Apache-2.0

import CJPEG
package import Support

/// A JPEG file that is decoded row by row by libjpeg. After an error the reader can only be destroyed.
package struct JPEGReader: ~Copyable {
    package let header: JPEGHeader
    private let pointer: OpaquePointer
    private let limits: JPEGLimits
    /// Kept alive for the decoder, which reads the flag at its address.
    private let cancellation: Cancellation?

    /// Creates the decoder; libjpeg sees the file in `start`.
    ///
    /// - Parameters:
    ///   - bytes: The file. It must not move or change while the reader lives.
    ///   - header: The header of `bytes`, from `header(of:limits:)`. The header of another file makes this or
    ///     `start` throw, unless both files have as many bytes and their pictures the same size; then the picture of
    ///     `bytes` is decoded.
    ///   - limits: The bounds that libjpeg has to keep.
    ///   - deadline: The time at which reading ends with `JPEGError.Kind.deadline`; nil for none.
    ///   - cancellation: Ends reading with `JPEGError.Kind.cancelled` before the next row of blocks.
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
            warnings: Int32(clamping: limits.warnings), markers: Int32(clamping: limits.markers),
            memory_bytes: Int64(limits.memoryBytes), nanoseconds: Self.nanoseconds(until: deadline),
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

    /// Returns the time until `deadline`, 0 when it has passed; -1 for no deadline.
    private static func nanoseconds(until deadline: ContinuousClock.Instant?) -> Int64 {
        guard let deadline else { return -1 }
        let (seconds, attoseconds) = max(.zero, ContinuousClock.now.duration(to: deadline)).components
        let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let sum = whole.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000)
        return whole.overflow || sum.overflow ? .max : sum.partialValue
    }

    /// Parses the header and checks it against the limits.
    ///
    /// - Parameter bytes: The file.
    /// - Throws: The first reason for which the file is not decoded, as far as its header tells. For files of several
    ///   scans the scans of the whole file are counted, too.
    package static func header(
        of bytes: UnsafeBufferPointer<UInt8>, limits: JPEGLimits
    ) throws(JPEGError) -> JPEGHeader {
        let header = try HeaderParser.parse(bytes, maximumMarkers: limits.markers)
        try header.admit(limits)
        if header.keepsCoefficients {
            try ScanCounter.check(bytes, from: header.dataOffset, pixels: header.pixels, limits: limits)
        }
        return header
    }

    /// Prepares for reading rows. For a picture of several scans this decodes the coefficients of all scans.
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

    /// Decodes the next row into `row`, `width * layout.stride` bytes.
    package mutating func readRow(_ row: UnsafeMutableBufferPointer<UInt8>) throws(JPEGError) {
        try check(px_reader_read_row(pointer, row.baseAddress, row.count))
    }

    /// Reads to the end-of-image marker after the last row. Without the marker the file is truncated.
    /// Pillow is less strict: it does not look for the marker when all rows of a single scan are there.
    package mutating func finish() throws(JPEGError) { try check(px_reader_finish(pointer)) }

    /// The number of warnings so far about corrupt data that libjpeg decoded nevertheless.
    package var warnings: Int { Int(px_reader_report(pointer).pointee.warnings) }

    /// True when the file ended early and libjpeg completed the picture.
    package var wasTruncated: Bool { px_reader_report(pointer).pointee.truncated }

    private func check(_ status: px_status) throws(JPEGError) {
        guard status != .ok else { return }
        throw error(status)
    }

    private func error(_ status: px_status) -> JPEGError {
        let report = px_reader_report(pointer).pointee
        let words = withUnsafeBytes(of: report.message) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
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
        case .warnings:
            return JPEGError(
                .tooManyWarnings,
                "\(report.warnings) warnings, \(limits.warnings) are allowed; the first: \(words)")
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

    deinit { px_reader_destroy(pointer) }
}
