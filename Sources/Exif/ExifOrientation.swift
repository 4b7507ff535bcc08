// SPDX-License-Identifier: Apache-2.0

/// The tag Orientation of Exif metadata, which pictures of several formats contain as a TIFF structure.
package enum ExifOrientation {
    /// The number of the tag Orientation in an IFD (Exif 2.3, 4.6.4).
    private static let tag = 0x0112
    /// The largest number of entries of an IFD that is searched for the tag; a larger IFD counts as damaged.
    private static let maximumEntries = 1000

    /// Returns the value, 1...8, of the tag in the 0th IFD of a TIFF structure (Exif 2.3, 4.6.4; TIFF 6.0, section 2);
    /// nil if the structure is damaged or has no valid tag Orientation.
    package static func value(inTIFF tiff: Span<UInt8>) -> Int? {
        guard tiff.count >= 8 else { return nil }
        let isLittle: Bool
        switch (tiff[0], tiff[1]) {
        case (0x49, 0x49): isLittle = true
        case (0x4D, 0x4D): isLittle = false
        default: return nil
        }
        func number(_ at: Int, bytes: Int) -> Int? {
            guard at >= 0, at + bytes <= tiff.count else { return nil }
            return (0..<bytes).reduce(0) { $0 << 8 | Int(tiff[at + (isLittle ? bytes - 1 - $1 : $1)]) }
        }
        guard number(2, bytes: 2) == 42, let directory = number(4, bytes: 4),
            let entries = number(directory, bytes: 2), entries <= Self.maximumEntries
        else { return nil }
        for entry in 0..<entries {
            let at = directory + 2 + 12 * entry
            guard let tag = number(at, bytes: 2) else { return nil }
            guard tag == Self.tag, let type = number(at + 2, bytes: 2), let size = Self.bytes(ofType: type),
                let count = number(at + 4, bytes: 4), count >= 1
            else { continue }
            // Values of more than 4 bytes in all are elsewhere, at the offset in the entry.
            let place = count <= 4 / size ? at + 8 : number(at + 8, bytes: 4) ?? -1
            guard let value = number(place, bytes: size), (1...8).contains(value) else { continue }
            return value
        }
        return nil
    }

    /// Returns the number of bytes of one value of an integer type (TIFF 6.0, section 2); nil for other types. The
    /// standard allows SHORT with one value, and files exist with other types and more values, of which the first
    /// counts.
    private static func bytes(ofType type: Int) -> Int? {
        switch type {
        // BYTE and SBYTE; SHORT and SSHORT; LONG and SLONG. The values 1 to 8 are the same with and without sign.
        case 1, 6: 1
        case 3, 8: 2
        case 4, 9: 4
        default: nil
        }
    }
}
