// SPDX-License-Identifier: Apache-2.0

import JPEG
import Pixels
import Testing

/// The orientation of Exif segments is tested, in the forms in which programs write it.
@Suite struct OrientationTagTests {
    /// An entry of an IFD: tag, type, number of values, and the four bytes of the values or of their offset.
    private typealias Entry = (tag: Int, type: Int, count: Int, value: [UInt8])

    private func exif(_ entries: [Entry], little: Bool = false, behind: [UInt8] = []) -> [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] {
            let big = (0..<bytes).reversed().map { UInt8(value >> (8 * $0) & 255) }
            return little ? big.reversed() : big
        }
        var tiff =
            Array((little ? "II" : "MM").utf8) + number(42, 2) + number(8, 4) + number(entries.count, 2)
        for (tag, type, count, value) in entries {
            tiff += number(tag, 2) + number(type, 2) + number(count, 4) + value
        }
        return Array("Exif\0\0".utf8) + tiff + number(0, 4) + behind
    }

    private func orientation(_ segments: [UInt8]...) throws -> Orientation {
        var file = HeaderFile()
        for segment in segments { file = file.segment(0xE1, segment) }
        file = file.frame().scan().data()
        let header = try file.header()
        return header.orientation(in: file.bytes.span)
    }

    @Test func `the tag may have any type of integer`() throws {
        let forms: [(String, [UInt8])] = [
            ("SHORT", exif([(0x112, 3, 1, [0, 6, 0, 0])])),
            ("SHORT, little", exif([(0x112, 3, 1, [6, 0, 0, 0])], little: true)),
            ("LONG", exif([(0x112, 4, 1, [0, 0, 0, 6])])),
            ("LONG, little", exif([(0x112, 4, 1, [6, 0, 0, 0])], little: true)),
            ("SLONG", exif([(0x112, 9, 1, [0, 0, 0, 6])])),
            ("SSHORT", exif([(0x112, 8, 1, [0, 6, 0, 0])])),
            ("BYTE", exif([(0x112, 1, 1, [6, 0, 0, 0])])),
            ("SBYTE", exif([(0x112, 6, 1, [6, 0, 0, 0])])),
        ]
        for (name, segment) in forms { #expect(try orientation(segment) == .rotateRight, "\(name)") }
    }

    @Test func `the first of several values counts`() throws {
        #expect(try orientation(exif([(0x112, 3, 2, [0, 6, 0, 1])])) == .rotateRight)
        #expect(try orientation(exif([(0x112, 1, 4, [6, 1, 1, 1])])) == .rotateRight)
        // Two LONG and three SHORT values are at an offset: the IFD with one entry ends at 26.
        #expect(
            try orientation(exif([(0x112, 4, 2, [0, 0, 0, 26])], behind: [0, 0, 0, 6, 0, 0, 0, 1]))
                == .rotateRight)
        #expect(
            try orientation(exif([(0x112, 3, 3, [0, 0, 0, 26])], behind: [0, 6, 0, 1, 0, 1])) == .rotateRight)
        #expect(try orientation(exif([(0x112, 3, 3, [0, 0, 0, 90])])) == .upright)
        #expect(try orientation(exif([(0x112, 4, 2, [255, 255, 255, 255])])) == .upright)
    }

    @Test func `an entry without a valid value is skipped`() throws {
        let valid: Entry = (0x112, 3, 1, [0, 6, 0, 0])
        let invalid: [Entry] = [
            (0x112, 3, 0, [0, 3, 0, 0]), (0x112, 3, 1, [0, 0, 0, 0]), (0x112, 3, 1, [0, 9, 0, 0]),
            (0x112, 4, 1, [0, 6, 0, 0]), (0x112, 2, 1, [6, 0, 0, 0]), (0x112, 0, 1, [0, 3, 0, 0]),
            (0x112, 99, 1, [0, 3, 0, 0]), (0x112, 9, 1, [255, 255, 255, 250]),
        ]
        for entry in invalid {
            #expect(try orientation(exif([entry])) == .upright, "\(entry)")
            #expect(try orientation(exif([entry, valid])) == .rotateRight, "\(entry)")
        }
    }

    @Test func `an Exif segment that ends anywhere before the value has no orientation`() throws {
        // The value is at an offset, behind the IFD, which ends at 26; "Exif" and two zeros precede the structure.
        for isLittle in [false, true] {
            let offset: [UInt8] = isLittle ? [26, 0, 0, 0] : [0, 0, 0, 26]
            let value: [UInt8] = isLittle ? [6, 0, 0, 0] : [0, 0, 0, 6]
            let whole = exif([(0x112, 4, 2, offset)], little: isLittle, behind: value)
            #expect(try orientation(whole) == .rotateRight)
            for end in 0..<whole.count {
                #expect(try orientation(Array(whole[..<end])) == .upright, "\(end)")
            }
        }
    }

    @Test func `the first segment with a valid orientation counts`() throws {
        let valid = exif([(0x112, 3, 1, [0, 6, 0, 0])])
        let empty = Array("Exif\0\0".utf8)
        let broken = Array("Exif\0\0MM\0".utf8)
        #expect(try orientation(empty, valid) == .rotateRight)
        #expect(try orientation(broken, empty, valid) == .rotateRight)
        #expect(try orientation(exif([]), valid) == .rotateRight)
        #expect(try orientation(valid, exif([(0x112, 3, 1, [0, 3, 0, 0])])) == .rotateRight)
        #expect(try orientation(empty) == .upright)
    }
}
