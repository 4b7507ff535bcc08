// SPDX-License-Identifier: Apache-2.0

/// The values of an entry of a directory (TIFF 6.0, section 2; BigTIFF for values of 8 bytes), which are in the file.
package struct TIFFField: Sendable {
    /// The type of the values: 1 for BYTE, 2 for ASCII and so on.
    package let type: Int
    /// The number of values.
    package let count: Int
    /// The byte range of the values within the file.
    package let range: Range<Int>
    /// True when the first byte of a number is its most significant one.
    package let isBigEndian: Bool

    /// Creates the field; nil for an unknown type, and for values that are not within the file.
    init?(type: Int, count: Int, at: Int, fileBytes: Int, isBigEndian: Bool) {
        guard let size = Self.bytes(ofType: type), at >= 0, at <= fileBytes, count >= 0,
            count <= (fileBytes - at) / size
        else { return nil }
        self.type = type
        self.count = count
        range = at..<at + count * size
        self.isBigEndian = isBigEndian
    }

    /// Returns the number of bytes of one value; nil for an unknown type.
    static func bytes(ofType type: Int) -> Int? {
        switch type {
        case 1, 2, 6, 7: 1
        case 3, 8: 2
        case 4, 9, 11, 13: 4
        case 5, 10, 12, 16, 17, 18: 8
        default: nil
        }
    }

    /// Returns a value as an unsigned integer; nil if there is no such value, if it is no integer, or if it is 2^48 or
    /// larger.
    ///
    /// - Parameter bytes: The whole file.
    package func value(_ index: Int, _ bytes: Span<UInt8>) -> Int? {
        guard index >= 0, index < count, ![2, 5, 10, 11, 12].contains(type) else { return nil }
        let size = range.count / count
        let at = range.lowerBound + index * size
        guard at + size <= bytes.count else { return nil }
        var number: UInt64 = 0
        for byte in 0..<size {
            number = number << 8 | UInt64(bytes[at + (isBigEndian ? byte : size - 1 - byte)])
        }
        return number < 1 << 48 ? Int(number) : nil
    }
}
