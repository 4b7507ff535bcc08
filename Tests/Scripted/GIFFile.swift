// SPDX-License-Identifier: Apache-2.0

/// A GIF file that a test puts together from blocks.
package struct GIFFile {
    package var bytes: [UInt8]

    /// Creates a file with a logical screen and without a global palette.
    package init(width: Int, height: Int) {
        bytes = Array("GIF89a".utf8) + Self.words(width, height) + [0, 0, 0]
    }

    private static func words(_ numbers: Int...) -> [UInt8] {
        numbers.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    }

    /// Returns the file with bytes appended.
    package func raw(_ more: [UInt8]) -> GIFFile {
        var file = self
        file.bytes += more
        return file
    }

    /// Returns the file with a Graphic Control Extension appended.
    package func control(disposal: UInt8 = 0, transparent: UInt8? = nil) -> GIFFile {
        raw([0x21, 0xF9, 4, disposal << 2 | (transparent == nil ? 0 : 1), 1, 0, transparent ?? 0, 0])
    }

    /// Returns the file with an extension appended: its label and the data of one sub-block.
    package func block(_ label: UInt8, _ data: [UInt8] = []) -> GIFFile {
        raw([0x21, label] + (data.isEmpty ? [] : [UInt8(data.count)] + data) + [0])
    }

    /// Returns the file with an Image Descriptor appended, and the number of bits of a literal code.
    package func descriptor(
        left: Int = 0, top: Int = 0, width: Int, height: Int, flags: UInt8 = 0, bits: UInt8 = 8
    ) -> GIFFile {
        raw([0x2C] + Self.words(left, top, width, height) + [flags, bits])
    }

    /// Returns the file with codes appended, each with its number of bits, as data sub-blocks.
    package func codes(_ codes: [(code: Int, bits: Int)], isComplete: Bool = true) -> GIFFile {
        var (number, count) = (0, 0)
        var data: [UInt8] = []
        for (code, bits) in codes {
            number |= code << count
            count += bits
            while count >= 8 {
                data.append(UInt8(number & 255))
                number >>= 8
                count -= 8
            }
        }
        if count > 0 { data.append(UInt8(number)) }
        var blocks: [UInt8] = []
        for start in stride(from: 0, to: data.count, by: 255) {
            let block = data[start..<min(start + 255, data.count)]
            blocks += [UInt8(block.count)] + block
        }
        return raw(blocks + (isComplete ? [0] : []))
    }

    /// Returns the file with a frame appended whose pixels all have the index 7. The codes double as a bomb: nearly
    /// all stand for more than 3800 pixels.
    package func level(left: Int = 0, top: Int = 0, width: Int, height: Int, flags: UInt8 = 0) -> GIFFile {
        var codes = [(256, 9), (7, 9)]
        var (bits, next, pixels, length) = (9, 258, 1, 1)
        while pixels < width * height {
            // The next code stands for the string before and its first pixel.
            codes.append((min(next, 4095), bits))
            if next < 4096 {
                length += 1
                next += 1
            }
            if next == 1 << bits, bits < 12 { bits += 1 }
            pixels += length
        }
        codes.append((257, bits))
        return descriptor(left: left, top: top, width: width, height: height, flags: flags).codes(codes)
    }

    package var trailer: GIFFile { raw([0x3B]) }
}
