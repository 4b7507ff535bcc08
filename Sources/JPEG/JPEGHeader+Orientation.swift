// SPDX-License-Identifier: Apache-2.0

import Exif
package import Pixels

extension JPEGHeader {
    /// Returns the orientation that the Exif segments state: the value of the tag Orientation in the 0th IFD (Exif 2.3,
    /// 4.6.4; TIFF 6.0, section 2) of the first segment that has a valid one. The result is `upright` if none has.
    ///
    /// - Parameter bytes: The whole file of which this is the header.
    package func orientation(in bytes: Span<UInt8>) -> Orientation {
        for tiff in exif where tiff.upperBound <= bytes.count {
            if let value = ExifOrientation.value(inTIFF: bytes.extracting(tiff)) {
                return Orientation(rawValue: value) ?? .upright
            }
        }
        return .upright
    }
}
