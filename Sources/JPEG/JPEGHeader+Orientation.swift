// SPDX-License-Identifier: Apache-2.0

package import Pixels

extension JPEGHeader {
    /// Returns the orientation that the Exif segment states: the value of the tag Orientation in the 0th IFD (Exif 2.3,
    /// 4.6.4; TIFF 6.0, section 2). The result is `upright` if the segment or a valid value is missing.
    ///
    /// - Parameter bytes: The whole file of which this is the header.
    package func orientation(in bytes: UnsafeBufferPointer<UInt8>) -> Orientation {
        guard let exif, exif.upperBound <= bytes.count else { return .upright }
        let tiff = UnsafeBufferPointer(rebasing: bytes[exif])
        return Orientation(tiff: tiff) ?? .upright
    }
}

extension Orientation {
    /// The number of the tag Orientation in an IFD (Exif 2.3, 4.6.4).
    private static let tag = 0x0112
    /// The TIFF field type of unsigned 16-bit integers, SHORT (TIFF 6.0, section 2).
    private static let short = 3
    /// The largest number of entries of an IFD that is searched for the tag; a larger IFD counts as damaged.
    private static let maximumEntries = 1000

    /// Creates the orientation that the first IFD of a TIFF structure states; nil if the structure is damaged or has no
    /// valid tag Orientation.
    init?(tiff: UnsafeBufferPointer<UInt8>) {
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
            guard tag == Self.tag else { continue }
            guard number(at + 2, bytes: 2) == Self.short, number(at + 4, bytes: 4) == 1,
                let value = number(at + 8, bytes: 2)
            else { return nil }
            self.init(rawValue: value)
            return
        }
        return nil
    }
}
