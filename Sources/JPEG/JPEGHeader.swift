// SPDX-License-Identifier: Apache-2.0

package import Pixels
import Support

/// The content of the marker segments of a JPEG file up to its first scan (ITU-T T.81, annex B), parsed by
/// `init(of:limits:)`.
package struct JPEGHeader: PictureHeader {
    /// The coding process, which the marker of the frame header states (T.81, table B.1).
    package enum Process: String, Sendable {
        case baseline, extended, progressive, lossless
    }

    /// A component of the frame (T.81, B.2.2).
    package struct Component: Sendable, Equatable {
        /// The component identifier, to which scan headers refer.
        package var identifier: UInt8
        /// The horizontal sampling factor, 1...4 in a file that is decoded.
        package var horizontal: Int
        /// The vertical sampling factor, 1...4 in a file that is decoded.
        package var vertical: Int
    }

    /// The width in pixels of the picture as stored: the Exif orientation is not applied.
    package var width: Int
    /// The height in pixels of the picture as stored: the Exif orientation is not applied.
    package var height: Int
    /// The number of bits of a sample, 8 in a file that is decoded.
    package var precision: Int
    package var process: Process
    /// True for arithmetic coding, false for Huffman coding.
    package var isArithmetic: Bool
    /// The components of the frame in the order of the frame header.
    package var components: [Component]
    /// The number of markers between the SOI marker and the first scan, its SOS marker included.
    package var markers: Int
    /// The byte range, within the file, of the text of the last COM segment before the first scan; nil if there is
    /// none.
    package var comment: Range<Int>?
    /// The byte ranges, within the file, of the TIFF structures of the Exif segments.
    package var exif: [Range<Int>]
    /// The byte ranges, within the file, of the fragments of the ICC profile, in the order of their numbers; empty if
    /// the file has no profile or not all of its fragments.
    package var profile: [Range<Int>]
    /// The reason for which the ICC profile of the file is ignored; nil if it is not ignored, or if there is none.
    package var profileProblem: String?
    /// The identifiers of the components of the first scan.
    package var firstScanComponents: [UInt8]
    /// True when the first scan codes DC coefficients, completely or their upper bits: Ss and Ah are 0 in its header
    /// (T.81, B.2.3).
    package var firstScanHasDC: Bool
    /// The offset of the first scan's entropy-coded data, in bytes from the start of the file.
    package var dataOffset: Int
    /// The length of the file in bytes. No offset or byte range of this header exceeds the length.
    package let fileBytes: Int

    /// The order of the samples in decoded rows; nil if the number of components is not 1, 3 or 4.
    package var layout: PixelLayout? {
        switch components.count {
        case 1: .gray
        case 3: .rgbx
        case 4: .cmyk
        default: nil
        }
    }

    /// Returns the bytes of the ICC profile; nil if the file has no profile or not all of its fragments.
    ///
    /// - Parameter bytes: The whole file of which this is the header.
    package func profile(in bytes: [UInt8]) -> [UInt8]? {
        precondition(bytes.count == fileBytes, "a header and the bytes of another file")
        guard !profile.isEmpty else { return nil }
        var joined: [UInt8] = []
        joined.reserveCapacity(profileBytes)
        for fragment in profile { joined += bytes[fragment] }
        return joined
    }

    /// The length of the ICC profile in bytes; 0 if the file has no profile or not all of its fragments.
    package var profileBytes: Int { profile.reduce(0) { $0 + $1.count } }

    /// The number of pixels, width times height.
    package var pixels: Int { width * height }

    /// True when the picture has several scans, so that libjpeg keeps all coefficients in memory until it has decoded
    /// the last scan.
    package var keepsCoefficients: Bool {
        process == .progressive || firstScanComponents.count < components.count
    }

    /// Returns the number of blocks of a component that contain a part of the picture. Blocks that only complete an MCU
    /// are not counted.
    package func blocks(of component: Component) -> Int {
        let (across, down) = blockSides(of: component)
        return across * down
    }

    /// Returns the number of blocks of a component along its width and along its height (T.81, A.1.1 and A.2.2),
    /// without the blocks that only complete an MCU.
    func blockSides(of component: Component) -> (Int, Int) {
        let widest = components.map(\.horizontal).max() ?? 1
        let highest = components.map(\.vertical).max() ?? 1
        return (
            ceilingDivision(width * component.horizontal, 8 * widest),
            ceilingDivision(height * component.vertical, 8 * highest)
        )
    }
}
