// SPDX-License-Identifier: Apache-2.0

import CHEIF
package import HEIF
package import Support

/// A decoded HEIF or AVIF file: libheif decodes its primary picture as a whole, and the reader returns its rows.
///
/// The picture has the rotation, mirroring and crop of the file. Its samples have 8 bits; of higher ones the highest 8
/// bits are kept.
package struct HEIFReader: ~Copyable {
    package let header: HEIFHeader
    private let pointer: OpaquePointer
    private var row: Int32 = 0

    /// Decodes a file.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - header: The header of `bytes`, from `HEIFHeader.init(of:limits:)`.
    ///   - limits: The limits of the decoder.
    ///   - deadline: The time at which decoding ends with an error of kind `deadline`; nil for no deadline. It is
    ///     checked between the slices of HEVC data, and before and after AV1 data.
    ///   - cancellation: The cancellation that ends decoding, at the same places, with an error of kind `cancelled`;
    ///     nil for none.
    /// - Throws: `HEIFError`.
    package init(
        _ bytes: UnsafeBufferPointer<UInt8>, header: HEIFHeader, limits: HEIFLimits,
        deadline: ContinuousClock.Instant? = nil, cancellation: Cancellation? = nil
    ) throws(HEIFError) {
        guard bytes.count == header.fileBytes else {
            throw HEIFError(
                .internal, "the header is of a file of \(header.fileBytes) bytes, not \(bytes.count)")
        }
        guard header.workingSetBytes <= limits.memoryBytes else {
            throw HEIFError(
                .tooMuchMemory,
                "decoding needs up to \(header.workingSetBytes) bytes, \(limits.memoryBytes) are allowed")
        }
        guard HEIFLibrary.load().decodes(header.coding) else {
            throw HEIFError(.noLibrary, header.coding.missingLibrary)
        }
        var file = px_heif_file(
            bytes: bytes.baseAddress, count: bytes.count, width: Int32(clamping: header.width),
            height: Int32(clamping: header.height), longest_side: Int32(clamping: header.longestSide),
            nanoseconds: Deadline.nanoseconds(until: deadline), cancelled: cancellation?.address)
        var picture: OpaquePointer?
        var message = [CChar](repeating: 0, count: 200)
        let status = px_heif_decode(&file, &picture, &message, message.count)
        guard status == .ok, let picture else {
            let text = String(
                decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw Self.error(status, header, text.isEmpty ? "" : ": \(text)")
        }
        self.header = header
        pointer = picture
    }

    /// Stores the next row in `row`: red, green, blue and alpha of each pixel, not premultiplied. The alpha of a
    /// picture without alpha is 255.
    ///
    /// - Throws: `HEIFError` of kind `internal` behind the last row, or if `row` has another length than a row.
    package mutating func readRow(_ row: UnsafeMutableBufferPointer<UInt8>) throws(HEIFError) {
        guard self.row < header.height, row.count == 4 * header.width else {
            throw HEIFError(.internal, "the decoder was called in the wrong order")
        }
        px_heif_read_row(pointer, self.row, row.baseAddress)
        self.row += 1
    }

    private static func error(_ status: px_heif_status, _ header: HEIFHeader, _ message: String) -> HEIFError
    {
        switch status {
        case .no_library, .no_decoder: HEIFError(.noLibrary, header.coding.missingLibrary)
        case .failed: HEIFError(.corrupt, "libheif finds an error in the data\(message)")
        case .unsupported: HEIFError(.unsupported, "libheif does not support the picture\(message)")
        case .memory:
            HEIFError(.tooMuchMemory, "libheif exceeds one of its limits, or has no memory left\(message)")
        case .mismatch:
            HEIFError(
                .corrupt, "the file says \(header.width) x \(header.height) pixels, the decoder finds others")
        case .deadline: HEIFError(.deadline, "the deadline passed while the picture was decoded")
        case .cancelled: HEIFError(.cancelled, "decoding was cancelled")
        case .ok: HEIFError(.internal, "the decoder returned no picture")
        }
    }

    deinit { px_heif_release(pointer) }
}
