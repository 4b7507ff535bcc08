// SPDX-License-Identifier: Apache-2.0

import Pixels
import TIFF

/// The conversion of rows of samples to rows of pixels.
struct TIFFUnpacker {
    private let samples: TIFFSamples
    private let width: Int
    /// True for what Pillow 12.1.1 makes of gray of 12 and 16 bits, which it neither scales nor inverts.
    private let isReference: Bool
    /// The offset of the byte of a sample that has its upper bits, and of the other one if it has 16.
    private let upper, lower: Int
    /// The red, green and blue of each of 256 indices; empty without a palette.
    private let colors: [UInt8]

    /// Creates the conversion.
    ///
    /// - Parameters:
    ///   - header: The header of `bytes`.
    ///   - isBigEndian: True when the first byte of a sample of 16 bits has its upper bits.
    init(_ header: TIFFHeader, _ bytes: Span<UInt8>, isBigEndian: Bool, isReference: Bool) {
        samples = header.samples
        width = header.storedWidth
        self.isReference = isReference
        upper = samples.bits == 16 && !isBigEndian ? 1 : 0
        lower = 1 - upper
        var colors: [UInt8] = []
        if let palette = header.palette {
            // The upper bytes of 16 bits: all red ones, then all green ones, then all blue ones.
            let count = palette.count / 3
            for index in 0..<256 {
                for band in 0..<3 {
                    let value = index < count ? palette.value(band * count + index, bytes) ?? 0 : 0
                    colors.append(UInt8(value >> 8))
                }
            }
        }
        self.colors = colors
    }

    /// The number of bytes of a pixel that is written.
    var stride: Int { samples.isGray16 ? 2 : samples.layout.stride }

    /// Writes the pixels of a row of samples. A pixel of gray of 16 bits is one number in the byte order of the
    /// machine.
    ///
    /// - Parameters:
    ///   - row: The samples of all pixels one after the other.
    ///   - out: The address of `width * stride` bytes.
    func unpack(_ row: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<UInt8>) {
        switch samples.model {
        case .gray where samples.isGray16: unpackGray16(row, out)
        case .gray where samples.bits < 8: unpackBits(row, out)
        case .gray: unpackGray(row, out)
        case .palette: unpackPalette(row, out)
        case .cmyk: unpackInk(row, out)
        case .rgb, .yCbCr: unpackColors(row, out)
        }
    }

    private func unpackGray16(_ row: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<UInt8>) {
        for x in 0..<width {
            var level: Int
            if samples.bits == 12 {
                let at = x / 2 * 3 + x % 2
                level =
                    x % 2 == 0
                    ? Int(row[at]) << 4 | Int(row[at + 1]) >> 4 : Int(row[at] & 15) << 8 | Int(row[at + 1])
                if !isReference { level = level << 4 | level >> 8 }
            } else {
                let at = x * 2 * samples.count
                level = Int(row[at + upper]) << 8 | Int(row[at + lower])
            }
            if samples.isInverted && !isReference { level = 65535 - level }
            let native = UInt16(level)
            withUnsafeBytes(of: native) { (out[2 * x], out[2 * x + 1]) = ($0[0], $0[1]) }
        }
    }

    /// Returns the sample of `samples.bits` bits, 8 or fewer, at index `x` of a row.
    private func sample(_ row: UnsafePointer<UInt8>, _ x: Int) -> UInt8 {
        let bits = samples.bits
        let perByte = 8 / bits
        return row[x / perByte] >> UInt8(8 - bits * (x % perByte + 1))
            & UInt8(truncatingIfNeeded: 1 << bits - 1)
    }

    private func unpackBits(_ row: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<UInt8>) {
        let scale = UInt8(255 / (1 << samples.bits - 1))
        let mask: UInt8 = samples.isInverted ? 255 : 0
        for x in 0..<width { out[x] = sample(row, x) * scale ^ mask }
    }

    private func unpackGray(_ row: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<UInt8>) {
        let bytes = samples.bits / 8
        let step = samples.count * bytes
        let mask: UInt8 = samples.isInverted ? 255 : 0
        guard samples.alpha != nil else {
            for x in 0..<width { out[x] = row[x * step + upper] ^ mask }
            return
        }
        for x in 0..<width {
            let alpha = row[x * step + bytes + upper]
            let level = straight(row[x * step + upper] ^ mask, alpha)
            for band in 0..<3 { out[4 * x + band] = level }
            out[4 * x + 3] = alpha
        }
    }

    /// Returns a colour that is not multiplied with alpha (libImaging/Unpack.c).
    private func straight(_ color: UInt8, _ alpha: UInt8) -> UInt8 {
        guard samples.alpha == .premultiplied, alpha < 255 else { return color }
        return alpha == 0 ? 0 : UInt8(min(255, Int(color) * 255 / Int(alpha)))
    }

    private func unpackPalette(_ row: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<UInt8>) {
        for x in 0..<width {
            let index = samples.bits < 8 ? sample(row, x) : row[x * samples.count]
            for band in 0..<3 { out[4 * x + band] = colors[3 * Int(index) + band] }
            out[4 * x + 3] = samples.alpha == nil ? 255 : row[x * samples.count + 1]
        }
    }

    /// Writes ink inverted, which is how the reducer takes it.
    private func unpackInk(_ row: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<UInt8>) {
        let bytes = samples.bits / 8
        for x in 0..<width {
            let at = x * samples.count * bytes + upper
            for band in 0..<4 { out[4 * x + band] = 255 - row[at + band * bytes] }
        }
    }

    private func unpackColors(_ row: UnsafePointer<UInt8>, _ out: UnsafeMutablePointer<UInt8>) {
        let bytes = samples.bits / 8
        let step = samples.count * bytes
        guard samples.alpha != nil else {
            var (source, target) = (row + upper, out)
            for _ in 0..<width {
                target[0] = source[0]
                target[1] = source[bytes]
                target[2] = source[2 * bytes]
                target[3] = 255
                source += step
                target += 4
            }
            return
        }
        for x in 0..<width {
            let at = x * step + upper
            let alpha = row[at + 3 * bytes]
            for band in 0..<3 { out[4 * x + band] = straight(row[at + band * bytes], alpha) }
            out[4 * x + 3] = alpha
        }
    }
}
