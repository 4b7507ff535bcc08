// SPDX-License-Identifier: Apache-2.0

import Pixels
package import Support
package import TIFF

/// A reader of the rows of the first picture of a TIFF file from the top. libtiff decodes what is compressed. After a
/// method has thrown an error, the reader can only be destroyed.
package struct TIFFReader: ~Copyable {
    package let header: TIFFHeader
    private let acceptsTruncated: Bool
    private let planes: [any TIFFPlane]
    private let unpacker: TIFFUnpacker
    /// True when the rows of the one plane are pixels already.
    private let isConverted: Bool
    /// A row of samples of all planes; empty if there is one plane.
    private let samples: UnsafeMutableBufferPointer<UInt8>
    /// The pixels of the whole picture as stored; empty if rows are those that are stored.
    private let picture: UnsafeMutableBufferPointer<UInt8>
    /// The number of rows that have been read.
    private var row = 0
    /// True when rows were filled in because the file ends early.
    package private(set) var wasTruncated = false

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - bytes: The whole file. It must not move or change while the reader exists.
    ///   - header: The header of `bytes`, from `TIFFHeader.init(of:limits:)`.
    ///   - limits: The limits with which `header` was read.
    ///   - isReference: True for gray of 12 and 16 bits as Pillow 12.1.1 opens it, neither scaled nor inverted.
    ///   - deadline: The time at which decoding ends with an error of kind `deadline`; nil for no deadline.
    ///   - cancellation: The cancellation that ends decoding with an error of kind `cancelled`; nil for none.
    /// - Throws: `TIFFError`.
    package init(
        _ bytes: UnsafeBufferPointer<UInt8>, header: TIFFHeader, limits: TIFFLimits, isReference: Bool,
        deadline: ContinuousClock.Instant? = nil, cancellation: Cancellation? = nil
    ) throws(TIFFError) {
        guard bytes.count == header.fileBytes, bytes.count < 1 << 31 else {
            throw TIFFError(
                .internal, "the header is of a file of \(header.fileBytes) bytes, not \(bytes.count)")
        }
        var planes: [any TIFFPlane] = []
        let isPlain = header.compression == .none && !header.isConverted
        for plane in 0..<(header.isConverted ? 1 : header.segments.planes) {
            if isPlain {
                planes.append(PlainPlane(bytes, header, plane: plane))
                continue
            }
            // Each plane has a decoder of its own, so that none starts a strip anew for each row.
            let decoder = try LibTIFF(bytes, header, limits, deadline: deadline, cancellation)
            if header.isConverted {
                planes.append(ConvertedPlane(bytes, header, decoder))
            } else if header.segments.isTiled {
                planes.append(TilePlane(bytes, header, plane: plane, decoder))
            } else {
                planes.append(StripPlane(bytes, header, plane: plane, decoder))
            }
        }
        self.header = header
        acceptsTruncated = limits.acceptsTruncated
        isConverted = header.isConverted
        self.planes = planes
        // libtiff answers in the byte order of the machine.
        unpacker = TIFFUnpacker(
            header, bytes.span, isBigEndian: isPlain ? header.isBigEndian : 1.bigEndian == 1,
            isReference: isReference)
        let sampleBytes = header.samples.count * header.samples.bits / 8
        samples = .allocate(capacity: planes.count > 1 ? header.storedWidth * sampleBytes : 0)
        picture = .allocate(
            capacity: header.isTurned ? header.storedWidth * header.storedHeight * unpacker.stride : 0)
    }

    deinit {
        samples.deallocate()
        picture.deallocate()
    }

    /// The number of bytes of a row of pixels.
    package var rowBytes: Int { header.width * unpacker.stride }

    /// Writes the next row of the picture into `row`, which has `rowBytes` bytes: pixels in the layout of
    /// `header.samples`, or numbers of 16 bits in the byte order of the machine if `header.samples.isGray16` is true.
    ///
    /// - Throws: `TIFFError`.
    package mutating func readRow(_ row: UnsafeMutableBufferPointer<UInt8>) throws(TIFFError) {
        precondition(self.row < header.height && row.count == rowBytes, "no such row")
        guard let out = row.baseAddress else { return }
        if let first = picture.baseAddress, !picture.isEmpty {
            if self.row == 0 {
                for stored in 0..<header.storedHeight {
                    let start = stored * header.storedWidth * unpacker.stride
                    try readStored(stored, first + start)
                }
            }
            turn(out)
        } else {
            try readStored(self.row, out)
        }
        self.row += 1
    }

    /// Writes a row of the picture as stored.
    private mutating func readStored(
        _ row: Int, _ out: UnsafeMutablePointer<UInt8>
    ) throws(TIFFError) {
        guard let stored = try storedRow(row) else {
            guard acceptsTruncated else {
                throw TIFFError(.truncated, "the pixels end after \(row) of \(header.storedHeight) rows")
            }
            wasTruncated = true
            out.update(repeating: 0, count: header.storedWidth * unpacker.stride)
            return
        }
        if isConverted {
            out.update(from: stored, count: header.storedWidth * unpacker.stride)
        } else {
            unpacker.unpack(stored, out)
        }
    }

    /// Returns the samples of a row, pixel by pixel; nil if they are missing.
    private func storedRow(_ row: Int) throws(TIFFError) -> UnsafePointer<UInt8>? {
        if planes.count == 1 { return try planes[0].row(row) }
        let bytes = header.samples.bits / 8
        let step = planes.count * bytes
        for (index, plane) in planes.enumerated() {
            guard let part = try plane.row(row) else { return nil }
            for x in 0..<header.storedWidth {
                for byte in 0..<bytes { samples[x * step + index * bytes + byte] = part[x * bytes + byte] }
            }
        }
        return UnsafePointer(samples.baseAddress)
    }

    /// Writes the current row of the upright picture.
    private func turn(_ out: UnsafeMutablePointer<UInt8>) {
        let (stride, width) = (unpacker.stride, header.storedWidth)
        let (lastRow, lastColumn) = (header.storedHeight - 1, width - 1)
        for x in 0..<header.width {
            let (y, column) =
                switch header.statedOrientation {
                case .upright: (row, x)
                case .mirror: (row, lastColumn - x)
                case .rotateHalf: (lastRow - row, lastColumn - x)
                case .flip: (lastRow - row, x)
                case .transpose: (x, row)
                case .rotateRight: (lastRow - x, row)
                case .transverse: (lastRow - x, lastColumn - row)
                case .rotateLeft: (x, lastColumn - row)
                }
            let source = (y * width + column) * stride
            for byte in 0..<stride { out[x * stride + byte] = picture[source + byte] }
        }
    }
}
