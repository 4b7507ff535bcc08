// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The header of a BMP file (the structures BITMAPFILEHEADER, BITMAPCOREHEADER and BITMAPINFOHEADER to BITMAPV5HEADER
/// of Windows), and its palette. The same files are read as by Pillow 12.1.1.
package struct BMPHeader: PictureHeader {
    /// The coding of the pixels.
    package enum Coding: Sendable, Equatable {
        /// Indices of the palette, of 1, 4 or 8 bits.
        case indices(bits: Int)
        /// The same, in runs (BI_RLE4, BI_RLE8).
        case runs(bits: Int)
        /// 16 bits a pixel: 5 bits of red, green and blue, or 6 bits of green.
        case words(greenBits: Int)
        /// Three or four bytes a pixel.
        case bytes(Bytes)
    }

    /// The position of each sample in the bytes of a pixel.
    package struct Bytes: Sendable, Equatable {
        /// The number of bytes of a pixel, 3 or 4.
        package var count: Int
        package var red, green, blue: Int
        /// Nil if the picture has no alpha.
        package var alpha: Int?
    }

    /// The meaning of the palette.
    package enum Palette: Sendable, Equatable {
        /// Indices are gray levels, or 0 for black and 1 for white. Pillow averages only the former.
        case gray, blackAndWhite
        /// The red, green and blue of each index.
        case colors([SIMD3<UInt8>])
    }

    /// The longest side of a picture in pixels.
    package static let maximumSide = 65500

    /// The width of the picture in pixels.
    package let width: Int
    /// The height of the picture in pixels.
    package let height: Int
    /// True when the first row of the file is the top one.
    package let isTopDown: Bool
    package let coding: Coding
    /// The palette; nil for pictures without one.
    package let palette: Palette?
    /// The offset of the pixels in bytes from the start of the file.
    package let dataOffset: Int
    /// The length of the file in bytes.
    package let fileBytes: Int

    /// Parses the header of a file.
    ///
    /// - Parameters:
    ///   - file: The whole file.
    ///   - pixels: The maximum number of pixels, width times height.
    /// - Throws: `BMPError`.
    package init(of file: Span<UInt8>, pixels: Int) throws(BMPError) {
        var fields = BMPFields(at: 10)
        let offset = Int(try fields.long(file))
        let length = Int(try fields.long(file))
        let isCore = length == 12
        guard isCore || [40, 52, 56, 64, 108, 124].contains(length) else {
            throw BMPError(.unsupported, "a header of \(length) bytes")
        }
        let (width, signedHeight, isTopDown) = try Self.size(file, &fields, isCore: isCore)
        // The number of planes is always 1.
        _ = try fields.word(file)
        let bits = Int(try fields.word(file))
        let compression = isCore ? 0 : Int(try fields.long(file))
        guard width > 0, signedHeight > 0 else {
            throw BMPError(.corrupt, "a picture of \(width) x \(signedHeight) pixels")
        }
        guard width <= Self.maximumSide, signedHeight <= Self.maximumSide else {
            throw BMPError(
                .tooManyPixels, "\(width) x \(signedHeight) pixels, a side may have \(Self.maximumSide)")
        }
        guard width * signedHeight <= pixels else {
            throw BMPError(
                .tooManyPixels, "\(width) x \(signedHeight) pixels, \(pixels) are allowed")
        }
        if !isCore { fields.at += 12 }
        let listed = isCore ? 0 : Int(try fields.long(file))
        let colors = listed == 0 ? 1 << min(bits, 32) : listed
        // The masks follow the header, or are a part of it.
        fields.at = 14 + 40
        let masks = compression == 3 ? try Self.masks(file, &fields, length) : nil
        fields.at = max(14 + length, compression == 3 && length == 40 ? 14 + 52 : 0)
        coding = try Self.coding(bits, compression, masks)
        switch coding {
        case .indices, .runs:
            palette = try Self.palette(file, &fields, colors, padded: !isCore)
        case .words, .bytes: palette = nil
        }
        self.width = width
        height = signedHeight
        self.isTopDown = isTopDown
        // Some writers state the end of the header instead of that of the palette.
        let isBeforePalette = offset == 14 + length && bits <= 8
        dataOffset = offset == 0 ? fields.at : isBeforePalette ? offset + 4 * colors : offset
        fileBytes = file.count
        if case .colors(let colors) = palette, colors.isEmpty { throw BMPError(.corrupt, "an empty palette") }
    }

    /// The layout of decoded rows.
    package var layout: PixelLayout {
        switch coding {
        case .bytes(let bytes) where bytes.alpha != nil: return .rgba
        case .bytes, .words: return .rgbx
        case .indices, .runs:
            if case .colors = palette { return .rgbx }
            return .gray
        }
    }

    /// True when Pillow does not average the pixels but takes single ones: they are indices of colours, or 1 bit.
    package var isSampledByPillow: Bool { palette != nil && palette != .gray }

    /// The number of bytes of a row in the file; 0 for runs.
    package var rowBytes: Int {
        switch coding {
        case .indices(let bits): (width * bits + 31) / 32 * 4
        case .words: (width * 16 + 31) / 32 * 4
        case .bytes(let bytes): (width * 8 * bytes.count + 31) / 32 * 4
        case .runs: 0
        }
    }

    /// An upper bound of the memory of the decoder in bytes: of the decoded indices if they are stored in runs.
    package var workingSetBytes: Int {
        if case .runs = coding { return width * height + 65536 }
        return 65536
    }

    private static func size(
        _ file: Span<UInt8>, _ fields: inout BMPFields, isCore: Bool
    ) throws(BMPError) -> (width: Int, height: Int, isTopDown: Bool) {
        if isCore { return (Int(try fields.word(file)), Int(try fields.word(file)), false) }
        let width = Int(Int32(bitPattern: try fields.long(file)))
        let height = Int(Int32(bitPattern: try fields.long(file)))
        return (width, abs(height), height < 0)
    }

    private static func masks(
        _ file: Span<UInt8>, _ fields: inout BMPFields, _ length: Int
    ) throws(BMPError) -> [UInt32] {
        var masks: [UInt32] = []
        for _ in 0..<3 { masks.append(try fields.long(file)) }
        masks.append(length >= 56 ? try fields.long(file) : 0)
        return masks
    }

    private static func coding(
        _ bits: Int, _ compression: Int, _ masks: [UInt32]?
    ) throws(BMPError) -> Coding {
        switch (bits, compression) {
        case (1, 0), (4, 0), (8, 0): return .indices(bits: bits)
        case (4, 2), (8, 1): return .runs(bits: bits)
        case (16, 0): return .words(greenBits: 5)
        case (24, 0): return .bytes(Bytes(count: 3, red: 2, green: 1, blue: 0))
        case (32, 0): return .bytes(Bytes(count: 4, red: 2, green: 1, blue: 0))
        case (16, 3), (24, 3), (32, 3):
            if let masks, let coding = Self.coding(bits, masks) { return coding }
            throw BMPError(.unsupported, "masks of colours that are not supported")
        default: throw BMPError(.unsupported, "\(bits) bits a pixel with the compression \(compression)")
        }
    }

    /// Returns the coding for the masks of red, green, blue and alpha.
    private static func coding(_ bits: Int, _ masks: [UInt32]) -> Coding? {
        switch (bits, masks[0], masks[1], masks[2], masks[3]) {
        case (16, 0xF800, 0x7E0, 0x1F, _): .words(greenBits: 6)
        case (16, 0x7C00, 0x3E0, 0x1F, _): .words(greenBits: 5)
        case (24, 0xFF0000, 0xFF00, 0xFF, _): .bytes(Bytes(count: 3, red: 2, green: 1, blue: 0))
        case (32, 0xFF0000, 0xFF00, 0xFF, 0): .bytes(Bytes(count: 4, red: 2, green: 1, blue: 0))
        case (32, 0xFF00_0000, 0xFF0000, 0xFF00, 0): .bytes(Bytes(count: 4, red: 3, green: 2, blue: 1))
        case (32, 0xFF00_0000, 0xFF00, 0xFF, 0): .bytes(Bytes(count: 4, red: 3, green: 1, blue: 0))
        case (32, 0xFF00_0000, 0xFF0000, 0xFF00, 0xFF):
            .bytes(Bytes(count: 4, red: 3, green: 2, blue: 1, alpha: 0))
        case (32, 0xFF, 0xFF00, 0xFF0000, 0xFF00_0000):
            .bytes(Bytes(count: 4, red: 0, green: 1, blue: 2, alpha: 3))
        case (32, 0xFF0000, 0xFF00, 0xFF, 0xFF00_0000), (32, 0, 0, 0, 0):
            .bytes(Bytes(count: 4, red: 2, green: 1, blue: 0, alpha: 3))
        case (32, 0xFF00_0000, 0xFF00, 0xFF, 0xFF0000):
            .bytes(Bytes(count: 4, red: 3, green: 1, blue: 0, alpha: 2))
        default: nil
        }
    }

    private static func palette(
        _ file: Span<UInt8>, _ fields: inout BMPFields, _ count: Int, padded: Bool
    ) throws(BMPError) -> Palette {
        guard (1...65536).contains(count) else { throw BMPError(.corrupt, "a palette of \(count) colours") }
        var colors: [SIMD3<UInt8>] = []
        for _ in 0..<count {
            let (blue, green, red) = (try fields.byte(file), try fields.byte(file), try fields.byte(file))
            // More than 256 colours have no index.
            if colors.count < 256 { colors.append(SIMD3(red, green, blue)) }
            if padded { fields.at += 1 }
        }
        // Only a palette that is the identity is gray, as in Pillow.
        if count == 2 {
            return colors == [SIMD3(repeating: 0), SIMD3(repeating: 255)] ? .blackAndWhite : .colors(colors)
        }
        let isGray = count <= 256 && colors.indices.allSatisfy { colors[$0] == SIMD3(repeating: UInt8($0)) }
        return isGray ? .gray : .colors(colors)
    }
}
