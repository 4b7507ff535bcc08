// SPDX-License-Identifier: Apache-2.0

/// A baseline JPEG file of a given size with random content, whose decoding takes about as long as that of a photo with
/// as many pixels and bytes (0.9 of the time for a phone's photo of 13 megapixels): the colours have half the
/// resolution, and each block of 8 by 8 samples has as many random coefficients as make up the bytes.
package struct GeneratedPicture {
    package private(set) var bytes: [UInt8] = []
    private var bits: UInt64 = 0
    private var bitCount = 0
    private var seed: UInt64 = 1

    /// The coefficients have runs of 0...3 zeros and 1...4 bits, and the 17 symbols of their table have codes of five
    /// bits, so that a coefficient takes 7.5 bits on average.
    private static let symbols: [UInt8] =
        [0] + (0...3).flatMap { run in (1...4).map { UInt8(run << 4 | $0) } }
    private static let coefficientBits = 7.5
    /// A block begins with a code of four bits for 0...3 further ones, and ends with a code of five bits.
    private static let blockBits = 10.5

    /// Makes a file.
    ///
    /// - Parameter size: At most 65,500 by 65,500 pixels.
    package init(_ size: PictureSize) {
        // Three by four, as photos of cameras.
        let width = min(65_500, max(8, Int((Double(size.pixels) * 4 / 3).squareRoot())))
        let height = min(65_500, max(8, size.pixels / width))
        let columns = (width + 15) / 16
        let rows = (height + 15) / 16
        writeHeader(width: width, height: height)
        let blocks = Double(columns * rows * 6)
        let wanted = (Double(size.bytes - bytes.count) * 8 / blocks - Self.blockBits) / Self.coefficientBits
        let perBlock = min(max(wanted, 0), 40)
        var due = 0.0
        for _ in 0..<(columns * rows * 6) {
            due += perBlock
            let count = Int(due)
            due -= Double(count)
            writeBlock(coefficients: count)
        }
        // The last byte is filled with ones (ITU-T T.81, F.1.2.3).
        put(0x7F, 7)
        bytes += [0xFF, 0xD9]
    }

    private mutating func writeHeader(width: Int, height: Int) {
        func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
            let length = content.count + 2
            return [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + content
        }
        bytes = [0xFF, 0xD8]
        bytes += segment(0xDB, [0] + Array(repeating: 3, count: 64))
        bytes += segment(
            0xC0,
            [8, UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255), 3]
                + [1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0])
        // Four codes of four bits for the differences of averages, and 17 of five bits.
        bytes += segment(0xC4, [0x00] + [0, 0, 0, 4] + Array(repeating: 0, count: 12) + [0, 1, 2, 3])
        bytes += segment(
            0xC4, [0x10] + [0, 0, 0, 0, 17] + Array(repeating: 0, count: 11) + Self.symbols)
        bytes += segment(0xDA, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0])
    }

    private mutating func writeBlock(coefficients: Int) {
        let category = Int(random() & 3)
        put(UInt64(category), 4)
        put(random() & ((1 << UInt64(category)) - 1), category)
        var position = 1
        for _ in 0..<coefficients {
            let random = random()
            let symbol = 1 + Int(random & 15)
            let run = Int(Self.symbols[symbol] >> 4)
            let size = Int(Self.symbols[symbol] & 15)
            // The last coefficient would end the block without its code.
            guard position + run < 63 else { break }
            put(UInt64(symbol), 5)
            put(random >> 8 & ((1 << UInt64(size)) - 1), size)
            position += run + 1
        }
        put(0, 5)
    }

    /// Appends the lowest `count` bits of `value`. A byte 0xFF is followed by 0.
    private mutating func put(_ value: UInt64, _ count: Int) {
        bits = bits << UInt64(count) | value
        bitCount += count
        while bitCount >= 8 {
            bitCount -= 8
            let byte = UInt8(truncatingIfNeeded: bits >> UInt64(bitCount))
            bytes.append(byte)
            if byte == 0xFF { bytes.append(0) }
        }
    }

    /// Returns a random number (SplitMix64).
    private mutating func random() -> UInt64 {
        seed &+= 0x9E37_79B9_7F4A_7C15
        var z = seed
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
