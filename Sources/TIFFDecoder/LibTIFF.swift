// SPDX-License-Identifier: Apache-2.0

import CTIFF
import Support
import TIFF

/// A decoder of the strips or tiles of one picture by libtiff.
final class LibTIFF {
    private let pointer: OpaquePointer
    /// The directory that libtiff sees.
    private let directory: UnsafeMutableBufferPointer<UInt8>
    private let limits: TIFFLimits
    /// The cancellation, retained because the decoder behind `pointer` reads the flag at its address.
    private let cancellation: Cancellation?

    /// Creates a decoder, which reads the directory.
    ///
    /// - Parameters:
    ///   - bytes: The whole file. It must not move or change while the decoder exists.
    ///   - header: The header of `bytes`.
    /// - Throws: `TIFFError`.
    init(
        _ bytes: UnsafeBufferPointer<UInt8>, _ header: TIFFHeader, _ limits: TIFFLimits,
        deadline: ContinuousClock.Instant?, _ cancellation: Cancellation?
    ) throws(TIFFError) {
        let virtual = TIFFVirtualFile(header, bytes.span)
        let directory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: virtual.directory.count)
        _ = directory.initialize(from: virtual.directory)
        var file = px_tiff_file()
        withUnsafeMutableBytes(of: &file.header) { $0.copyBytes(from: virtual.header) }
        file.bytes = bytes.baseAddress
        file.count = bytes.count
        file.directory = UnsafePointer(directory.baseAddress)
        file.directory_count = directory.count
        var bounds = px_tiff_limits(
            memory_bytes: Int64(limits.memoryBytes), nanoseconds: Deadline.nanoseconds(until: deadline))
        guard let pointer = px_tiff_create(&file, &bounds, cancellation?.address) else {
            directory.deallocate()
            throw TIFFError(.tooMuchMemory, "the system has no memory left for a decoder")
        }
        self.pointer = pointer
        self.directory = directory
        self.limits = limits
        self.cancellation = cancellation
        // libjpeg converts YCbCr where it can.
        let isInRGB = header.samples.model == .yCbCr && !header.isConverted
        try check(px_tiff_open(pointer, isInRGB), "the directory", isCut: false)
    }

    /// Decodes strip `strip` into `out`.
    ///
    /// - Parameter isCut: True when the strip ends after the file, which is the reason for a failure then.
    func readStrip(_ strip: Int, _ out: UnsafeMutableBufferPointer<UInt8>, isCut: Bool) throws(TIFFError) {
        try check(
            px_tiff_read_strip(pointer, UInt32(strip), out.baseAddress, out.count), "strip \(strip)",
            isCut: isCut)
    }

    /// Decodes row `row` of a plane into `out`.
    func readRow(
        _ row: Int, plane: Int, _ out: UnsafeMutableBufferPointer<UInt8>, isCut: Bool
    ) throws(TIFFError) {
        try check(
            px_tiff_read_row(pointer, UInt32(row), UInt16(plane), out.baseAddress, out.count), "row \(row)",
            isCut: isCut)
    }

    /// Decodes tile `tile` into `out`.
    func readTile(_ tile: Int, _ out: UnsafeMutableBufferPointer<UInt8>, isCut: Bool) throws(TIFFError) {
        try check(
            px_tiff_read_tile(pointer, UInt32(tile), out.baseAddress, out.count), "tile \(tile)", isCut: isCut
        )
    }

    /// Decodes `rows` rows from `row` on into `out`: red, green, blue and alpha.
    func readColors(
        _ row: Int, rows: Int, _ out: UnsafeMutableBufferPointer<UInt8>, isCut: Bool
    ) throws(TIFFError) {
        try check(
            px_tiff_read_colors(pointer, UInt32(row), UInt32(rows), out.baseAddress, out.count), "row \(row)",
            isCut: isCut)
    }

    private func check(_ status: px_tiff_status, _ place: String, isCut: Bool) throws(TIFFError) {
        switch status {
        case .ok: return
        case .failed where isCut: throw TIFFError(.truncated, "the file ends within \(place)")
        case .failed:
            // Not all decoders of libtiff tell the reason.
            let message = String(cString: px_tiff_message(pointer))
            let reason = message.isEmpty ? "libtiff finds an error in the data" : "libtiff: \(message)"
            throw TIFFError(.corrupt, "\(reason), in \(place)")
        case .memory: throw TIFFError(.tooMuchMemory, "more than \(limits.memoryBytes) bytes for the decoder")
        case .no_library: throw TIFFError(.noLibrary, TIFFHeader.missingLibrary)
        case .deadline: throw TIFFError(.deadline, "the deadline passed in \(place)")
        case .cancelled: throw TIFFError(.cancelled, "decoding was cancelled")
        case .misused:
            throw TIFFError(
                .corrupt, "libtiff finds other strips or tiles than the header states, in \(place)")
        @unknown default: throw TIFFError(.internal, "an unknown status of the decoder")
        }
    }

    deinit {
        px_tiff_destroy(pointer)
        directory.deallocate()
    }
}
