// SPDX-License-Identifier: Apache-2.0

/// A reader of the images that precede the pixels in a lossless bitstream: the data of transforms and the entropy image
/// (RFC 9649, sections 3.5 to 3.7). The images are small: at most a sixteenth of the picture each.
struct LosslessImages {
    /// The symbols of the lengths and of the distances of copied pixels.
    private static let lengths = 24
    private static let distances = 40
    /// The order in which the lengths of the codes of code lengths are stored.
    private static let order = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    /// The pixels that the distance codes 1...120 mean, as columns to the left and rows up. They are all pixels around
    /// that precede, the nearest first.
    private static let neighbours: [(left: Int, up: Int)] = (0...7).flatMap { up in
        (-7...8).filter { up > 0 || $0 > 0 }.map { (left: $0, up: up) }
    }.sorted { first, second in
        let distances = (
            first.left * first.left + first.up * first.up, second.left * second.left + second.up * second.up
        )
        return (distances.0, -first.up, -first.left) < (distances.1, -second.up, -second.left)
    }

    private var bits: LosslessBits

    /// Creates a reader of a byte range of a file.
    init(_ range: Range<Int>) { bits = LosslessBits(range) }

    /// Reads up to the entropy image, and returns the groups of prefix codes; nil if the bitstream ends before or
    /// contradicts the format.
    mutating func groups(_ bytes: Span<UInt8>, width: Int, height: Int) -> PrefixGroups? {
        var width = width
        var transforms = 0
        while bits.read(1, bytes) == 1 {
            let type = bits.read(2, bytes)
            guard transforms & 1 << type == 0 else { return nil }
            transforms |= 1 << type
            switch type {
            case 0, 1:
                let shift = bits.read(3, bytes) + 2
                guard image(bytes, Self.tiles(width, shift), Self.tiles(height, shift)) != nil else {
                    return nil
                }
            case 3:
                let colors = bits.read(8, bytes) + 1
                guard image(bytes, colors, 1) != nil else { return nil }
                width = Self.tiles(width, colors > 16 ? 0 : colors > 4 ? 1 : colors > 2 ? 2 : 3)
            default: break
            }
        }
        guard let cacheBits = cacheBits(bytes) else { return nil }
        guard bits.read(1, bytes) == 1 else { return PrefixGroups(count: 1, cacheBits: cacheBits) }
        let shift = bits.read(3, bytes) + 2
        guard let image = image(bytes, Self.tiles(width, shift), Self.tiles(height, shift)) else {
            return nil
        }
        var isUsed = [Bool](repeating: false, count: 1 << 16)
        for pixel in image { isUsed[Int(pixel >> 8 & 0xFFFF)] = true }
        let all = (isUsed.lastIndex(of: true) ?? 0) + 1
        // libwebp leaves out unused groups only if there are many.
        let count = all > 1000 || all > image.count ? isUsed.count { $0 } : all
        return PrefixGroups(count: count, cacheBits: cacheBits)
    }

    private static func tiles(_ side: Int, _ shift: Int) -> Int { (side + (1 << shift) - 1) >> shift }

    /// Reads the size of the colour cache; nil if it is wrong or if the bitstream has ended.
    private mutating func cacheBits(_ bytes: Span<UInt8>) -> Int? {
        guard bits.read(1, bytes) == 1 else { return bits.hasEnded ? nil : 0 }
        let count = bits.read(4, bytes)
        return (1...11).contains(count) && !bits.hasEnded ? count : nil
    }

    // MARK: Pixels

    /// Reads an image with one group of prefix codes.
    ///
    /// - Returns: The pixels: alpha, red, green and blue from the highest byte to the lowest; nil for an error.
    private mutating func image(_ bytes: Span<UInt8>, _ width: Int, _ height: Int) -> [UInt32]? {
        guard let cacheBits = cacheBits(bytes) else { return nil }
        var cache = [UInt32](repeating: 0, count: cacheBits > 0 ? 1 << cacheBits : 0)
        guard let green = code(256 + Self.lengths + cache.count, bytes), let red = code(256, bytes),
            let blue = code(256, bytes), let alpha = code(256, bytes),
            let distance = code(Self.distances, bytes)
        else { return nil }
        let count = width * height
        var pixels = [UInt32](repeating: 0, count: count)
        var at = 0
        // Pixels up to this index are in the cache. They are entered before the cache is read.
        var cached = 0
        while at < count {
            guard !bits.hasEnded else { return nil }
            let symbol = green.symbol(&bits, bytes)
            if symbol < 256 {
                let high = UInt32(red.symbol(&bits, bytes)) << 16 | UInt32(symbol) << 8
                pixels[at] = high | UInt32(blue.symbol(&bits, bytes))
                pixels[at] |= UInt32(alpha.symbol(&bits, bytes)) << 24
                at += 1
            } else if symbol < 256 + Self.lengths {
                let length = number(symbol - 256, bytes)
                let code = number(distance.symbol(&bits, bytes), bytes)
                let back = Self.distance(code, width)
                guard back <= at, length <= count - at else { return nil }
                for _ in 0..<length {
                    pixels[at] = pixels[at - back]
                    at += 1
                }
            } else {
                while cached < at {
                    let hash = (pixels[cached] &* 0x1E35_A7BD) >> UInt32(32 - cacheBits)
                    cache[Int(hash)] = pixels[cached]
                    cached += 1
                }
                pixels[at] = cache[symbol - 256 - Self.lengths]
                at += 1
            }
        }
        return bits.hasEnded ? nil : pixels
    }

    /// Returns the number of pixels that a distance code goes back.
    private static func distance(_ code: Int, _ width: Int) -> Int {
        guard code <= neighbours.count else { return code - neighbours.count }
        let (left, up) = neighbours[code - 1]
        return max(1, up * width + left)
    }

    /// Reads the extra bits of a length or distance, and returns it.
    private mutating func number(_ symbol: Int, _ bytes: Span<UInt8>) -> Int {
        guard symbol >= 4 else { return symbol + 1 }
        let extra = (symbol - 2) >> 1
        return (2 + (symbol & 1)) << extra + bits.read(extra, bytes) + 1
    }

    // MARK: Codes

    /// Reads a prefix code of `count` symbols; nil for an error.
    private mutating func code(_ count: Int, _ bytes: Span<UInt8>) -> LosslessPrefixCode? {
        // A simple code can name symbols that the alphabet does not have. They are ignored.
        var lengths = [UInt8](repeating: 0, count: max(count, 256))
        if bits.read(1, bytes) == 1 {
            let hasTwo = bits.read(1, bytes) == 1
            lengths[bits.read(bits.read(1, bytes) == 1 ? 8 : 1, bytes)] = 1
            if hasTwo { lengths[bits.read(8, bytes)] = 1 }
        } else {
            guard readLengths(&lengths, count, bytes) else { return nil }
        }
        return bits.hasEnded ? nil : LosslessPrefixCode(lengths: lengths[..<count])
    }

    /// Reads the lengths of the codes of `count` symbols, which are coded themselves. Returns false for an error.
    private mutating func readLengths(_ lengths: inout [UInt8], _ count: Int, _ bytes: Span<UInt8>) -> Bool {
        var codeLengths = [UInt8](repeating: 0, count: 19)
        for index in 0..<bits.read(4, bytes) + 4 {
            codeLengths[Self.order[index]] = UInt8(bits.read(3, bytes))
        }
        guard let code = LosslessPrefixCode(lengths: codeLengths[...]) else { return false }
        var left = count
        if bits.read(1, bytes) == 1 {
            left = 2 + bits.read(2 + 2 * bits.read(3, bytes), bytes)
            guard left <= count else { return false }
        }
        var symbol = 0
        var previous: UInt8 = 8
        while symbol < count, left > 0, !bits.hasEnded {
            left -= 1
            let value = code.symbol(&bits, bytes)
            guard value >= 16 else {
                lengths[symbol] = UInt8(value)
                if value > 0 { previous = UInt8(value) }
                symbol += 1
                continue
            }
            let repeats = bits.read([2, 3, 7][value - 16], bytes) + [3, 3, 11][value - 16]
            guard symbol + repeats <= count else { return false }
            if value == 16 {
                for index in symbol..<symbol + repeats { lengths[index] = previous }
            }
            symbol += repeats
        }
        return true
    }
}
