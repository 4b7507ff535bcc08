// SPDX-License-Identifier: Apache-2.0

/// The LZW encoder of the GIF89a specification, which takes one step for each pixel.
enum PlainLZW {
    /// Returns the data of a frame in sub-blocks.
    static func data(_ pixels: [UInt8], literalBits: Int) -> [UInt8] {
        let clear = 1 << literalBits
        var (number, count, bits, next) = (0, 0, literalBits + 1, clear + 2)
        var bytes: [UInt8] = []
        var codes: [[UInt16]: Int] = [:]
        func put(_ code: Int) {
            number |= code << count
            count += bits
            while count >= 8 {
                bytes.append(UInt8(number & 255))
                number >>= 8
                count -= 8
            }
        }
        put(clear)
        var code = -1
        for pixel in pixels {
            if code < 0 {
                code = Int(pixel)
                continue
            }
            if let longer = codes[[UInt16(code), UInt16(pixel)]] {
                code = longer
                continue
            }
            put(code)
            codes[[UInt16(code), UInt16(pixel)]] = next
            if next == 1 << bits { bits += 1 }
            next += 1
            if next == 4096 {
                put(clear)
                (bits, next) = (literalBits + 1, clear + 2)
                codes.removeAll()
            }
            code = Int(pixel)
        }
        put(code)
        if next == 1 << bits, bits < 12 { bits += 1 }
        put(clear + 1)
        if count > 0 { bytes.append(UInt8(number)) }
        var blocks: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 255) {
            let block = bytes[start..<min(start + 255, bytes.count)]
            blocks += [UInt8(block.count)] + block
        }
        return blocks + [0]
    }
}
