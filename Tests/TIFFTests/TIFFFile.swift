// SPDX-License-Identifier: Apache-2.0

import TIFF

/// A TIFF file whose directory a test makes.
struct TIFFFile {
    /// The entries: tag, type and values.
    var entries: [(tag: Int, type: Int, values: [Int])]
    /// The bytes between the header and the directory, from offset 8 on, or 16 in BigTIFF.
    var data: [UInt8]
    var isBigEndian = false
    var isBig = false
    /// The number of entries that the directory states; nil for the true one.
    var statedCount: Int?

    /// A gray picture of 8 bits, not compressed, in one strip.
    init(width: Int = 8, height: Int = 6) {
        data = (0..<width * height).map { UInt8($0 & 255) }
        entries = [
            (256, 3, [width]), (257, 3, [height]), (258, 3, [8]), (259, 3, [1]), (262, 3, [1]), (273, 4, [8]),
            (277, 3, [1]), (278, 3, [height]), (279, 4, [width * height]),
        ]
    }

    /// Returns the file with other values of a tag; none removes the tag.
    func with(_ tag: Int, _ type: Int = 3, _ values: Int...) -> TIFFFile { with(tag, type, values) }

    func with(_ tag: Int, _ type: Int = 3, _ values: [Int]) -> TIFFFile {
        var file = self
        file.entries.removeAll { $0.tag == tag }
        if !values.isEmpty { file.entries.append((tag, type, values)) }
        file.entries.sort { $0.tag < $1.tag }
        return file
    }

    func without(_ tag: Int) -> TIFFFile { with(tag, 3, []) }

    func number(_ value: Int, _ size: Int) -> [UInt8] {
        let little = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isBigEndian ? little.reversed() : little
    }

    var bytes: [UInt8] {
        let (start, unit) = isBig ? (16, 8) : (8, 4)
        let sizes = [1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 13: 4, 16: 8]
        let directory = start + data.count
        let behind = directory + (isBig ? 8 : 2) + entries.count * (isBig ? 20 : 12) + unit
        var list = number(statedCount ?? entries.count, isBig ? 8 : 2)
        var values: [UInt8] = []
        for entry in entries {
            let size = sizes[entry.type] ?? 1
            let packed = entry.values.flatMap { number($0, size) }
            list += number(entry.tag, 2) + number(entry.type, 2)
            list += number(entry.type == 5 ? entry.values.count / 2 : entry.values.count, unit)
            if packed.count <= unit {
                list += packed + [UInt8](repeating: 0, count: unit - packed.count)
            } else {
                list += number(behind + values.count, unit)
                values += packed
            }
        }
        var head = Array((isBigEndian ? "MM" : "II").utf8)
        head +=
            isBig
            ? number(43, 2) + number(8, 2) + number(0, 2) + number(directory, 8)
            : number(42, 2) + number(directory, 4)
        return head + data + list + number(0, unit) + values
    }

    static let limits = TIFFLimits(
        pixels: 1_000_000, entries: 100, work: 100_000_000, scans: 100, memoryBytes: 64 << 20,
        acceptsTruncated: false,
        appliesOrientation: false)

    func parse(_ limits: TIFFLimits = limits) throws(TIFFError) -> TIFFHeader {
        try TIFFHeader(of: bytes.span, limits: limits)
    }

    /// Returns the kind of the error with which the header is refused; nil if it is accepted.
    func refusal(_ limits: TIFFLimits = limits) -> TIFFError.Kind? {
        do throws(TIFFError) {
            _ = try parse(limits)
            return nil
        } catch {
            return error.kind
        }
    }
}
