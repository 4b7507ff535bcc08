// SPDX-License-Identifier: Apache-2.0

import JPEGEncoder

/// The steps of libjpeg's encoder in their simplest form, one sample or coefficient at a time.
enum PlainJPEG {
    /// Returns the 64 coefficients of a block, row by row, 8 times as large as those of the standard: `jpeg_fdct_islow`
    /// (jfdctint.c) line by line.
    ///
    /// - Parameter samples: The 64 samples of the block, row by row, each less 128.
    static func transform(_ samples: [Int32]) -> [Int32] {
        var data = samples
        for row in 0..<8 { pass(&data, start: 8 * row, stride: 1, isFirst: true) }
        for column in 0..<8 { pass(&data, start: column, stride: 8, isFirst: false) }
        return data
    }

    private static func pass(_ data: inout [Int32], start: Int, stride: Int, isFirst: Bool) {
        func descale(_ value: Int32, _ bits: Int32) -> Int32 { (value + (1 << (bits - 1))) >> bits }
        let x = (0..<8).map { data[start + $0 * stride] }
        let (tmp0, tmp7) = (x[0] + x[7], x[0] - x[7])
        let (tmp1, tmp6) = (x[1] + x[6], x[1] - x[6])
        let (tmp2, tmp5) = (x[2] + x[5], x[2] - x[5])
        let (tmp3, tmp4) = (x[3] + x[4], x[3] - x[4])
        let (tmp10, tmp13, tmp11, tmp12) = (tmp0 + tmp3, tmp0 - tmp3, tmp1 + tmp2, tmp1 - tmp2)
        let bits: Int32 = isFirst ? 11 : 15
        var out = [Int32](repeating: 0, count: 8)
        out[0] = isFirst ? (tmp10 + tmp11) << 2 : descale(tmp10 + tmp11, 2)
        out[4] = isFirst ? (tmp10 - tmp11) << 2 : descale(tmp10 - tmp11, 2)
        let z = (tmp12 + tmp13) * 4433
        out[2] = descale(z + tmp13 * 6270, bits)
        out[6] = descale(z + tmp12 * -15137, bits)
        let z5 = (tmp4 + tmp6 + tmp5 + tmp7) * 9633
        let (z1, z2) = ((tmp4 + tmp7) * -7373, (tmp5 + tmp6) * -20995)
        let (z3, z4) = ((tmp4 + tmp6) * -16069 + z5, (tmp5 + tmp7) * -3196 + z5)
        out[7] = descale(tmp4 * 2446 + z1 + z3, bits)
        out[5] = descale(tmp5 * 16819 + z2 + z4, bits)
        out[3] = descale(tmp6 * 25172 + z2 + z3, bits)
        out[1] = descale(tmp7 * 12299 + z1 + z4, bits)
        for index in 0..<8 { data[start + index * stride] = out[index] }
    }

    /// Returns the samples of a subsampled component: the means of 2 x 2 pixels each, with 1 and 2 added in turn along
    /// a row before the division by 4, as in `h2v2_downsample` (jcsample.c).
    ///
    /// - Parameters:
    ///   - pixels: The pixels, row by row.
    ///   - width: The number of pixels of a row.
    static func halve(_ pixels: [Int], width: Int) -> [Int] {
        stride(from: 0, to: pixels.count, by: 2 * width).flatMap { top in
            (0..<width / 2).map { column in
                let left = top + 2 * column
                let four = pixels[left] + pixels[left + 1] + pixels[left + width] + pixels[left + width + 1]
                return (four + (column % 2 == 0 ? 1 : 2)) >> 2
            }
        }
    }

    /// Returns the Y, Cb and Cr samples of a colour: `rgb_ycc_convert` (jccolor.c), with its factors FIX(x), which are
    /// x * 2^16, rounded.
    static func convert(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> [UInt8] {
        func fix(_ factor: Double) -> Int { Int(factor * 65536 + 0.5) }
        let (r, g, b) = (Int(red), Int(green), Int(blue))
        let center = 128 << 16 + 32767
        return [
            (fix(0.29900) * r + fix(0.58700) * g + fix(0.11400) * b + 32768) >> 16,
            (-fix(0.16874) * r - fix(0.33126) * g + fix(0.50000) * b + center) >> 16,
            (fix(0.50000) * r - fix(0.41869) * g - fix(0.08131) * b + center) >> 16,
        ].map { UInt8($0) }
    }

    /// Returns a coefficient divided by 8 times the quantization step, rounded, halves away from zero.
    static func quantize(_ coefficient: Int32, step: UInt8) -> Int32 {
        let divisor = 8 * Int32(step)
        return coefficient < 0
            ? -((-coefficient + divisor / 2) / divisor) : (coefficient + divisor / 2) / divisor
    }

    /// Returns the codes of the AC coefficients of a block, and EOB, as a text of the digits 0 and 1.
    ///
    /// - Parameters:
    ///   - block: The 64 quantized coefficients, row by row.
    ///   - table: 0 for the Huffman tables of luminance, 1 for those of chrominance.
    static func bitsOfAC(_ block: [Int32], table: Int) -> String {
        let codes = acCodes[table]
        var bits = ""
        var run = 0
        for place in QuantizationTable.naturalOrder.dropFirst() {
            guard block[place] != 0 else {
                run += 1
                continue
            }
            while run > 15 {
                bits += codes[0xF0] ?? "?"
                run -= 16
            }
            let value = block[place]
            let size = String(abs(value), radix: 2).count
            bits += codes[UInt8(run << 4 | size)] ?? "?"
            bits += binary(value < 0 ? value + (1 << Int32(size)) - 1 : value, size)
            run = 0
        }
        return run > 0 ? bits + (codes[0] ?? "?") : bits
    }

    /// Returns the code of a DC difference as a text of the digits 0 and 1.
    static func bitsOfDC(difference: Int32, table: Int) -> String {
        let codes = dcCodes[table]
        guard difference != 0 else { return codes[0] ?? "?" }
        let size = String(abs(difference), radix: 2).count
        let value = difference < 0 ? difference + (1 << Int32(size)) - 1 : difference
        return (codes[UInt8(size)] ?? "?") + binary(value, size)
    }

    private static let acCodes = HuffmanTable.standard.map { codes($0.ac) }
    private static let dcCodes = HuffmanTable.standard.map { codes($0.dc) }

    /// Returns the code of every symbol as a text of the digits 0 and 1 (ITU-T T.81, annex C.2). The codes of one
    /// length are consecutive numbers. The first code of the next length is twice the number that follows the last of
    /// them.
    private static func codes(_ table: HuffmanTable) -> [UInt8: String] {
        var codes: [UInt8: String] = [:]
        var next = 0
        for (index, count) in table.counts.enumerated() {
            for _ in 0..<count {
                codes[table.symbols[codes.count]] = binary(Int32(next), index + 1)
                next += 1
            }
            next *= 2
        }
        return codes
    }

    /// Returns the lowest `count` bits of `value` as a text of the digits 0 and 1, the highest first.
    static func binary(_ value: some BinaryInteger, _ count: Int) -> String {
        String((0..<count).reversed().map { value >> $0 & 1 == 1 ? "1" : "0" })
    }
}
