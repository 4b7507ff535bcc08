// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The marker segments of a JPEG file up to its first scan (ITU-T T.81, annex B), parsed by `JPEGReader.header`.
package struct JPEGHeader: Sendable {
    /// The coding process, from the frame header's marker (T.81, table B.1).
    package enum Process: String, Sendable {
        case baseline, extended, progressive, lossless
    }

    /// A component of the frame (T.81, B.2.2).
    package struct Component: Sendable, Equatable {
        package var identifier: UInt8
        /// The horizontal and the vertical sampling factor, 1...4.
        package var horizontal: Int
        package var vertical: Int
    }

    /// Pixels, as stored: the orientation is not applied.
    package var width: Int
    package var height: Int
    /// The number of bits of a sample.
    package var precision: Int
    package var process: Process
    /// True for arithmetic coding, false for Huffman coding.
    package var isArithmetic: Bool
    package var components: [Component]
    /// The number of markers before the first scan.
    package var markers: Int
    /// The place of the last comment, which the reference keeps, in the file.
    package var comment: Range<Int>?
    /// The place of the TIFF structure of the first Exif segment.
    package var exif: Range<Int>?
    /// The places of the fragments of the ICC profile, in the order of their numbers; empty if one is missing.
    package var profile: [Range<Int>]
    /// The identifiers of the components of the first scan.
    package var firstScanComponents: [UInt8]
    /// True when the first scan codes the DC coefficients, in full or their upper bits.
    package var firstScanHasDC: Bool
    /// The place of the first byte of entropy-coded data.
    package var dataOffset: Int
    /// The length of the file. All places above are within it.
    package let fileBytes: Int

    /// The layout of decoded rows; nil for numbers of components that are not decoded.
    package var layout: PixelLayout? {
        switch components.count {
        case 1: .gray
        case 3: .rgbx
        case 4: .cmyk
        default: nil
        }
    }

    /// Returns the ICC profile; nil when there is none.
    ///
    /// - Parameter bytes: The file of this header.
    package func profile(in bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        precondition(bytes.count == fileBytes, "a header and the bytes of another file")
        return profile.isEmpty ? nil : profile.flatMap { bytes[$0] }
    }

    package var pixels: Int { width * height }

    /// True when the picture has several scans, so that libjpeg keeps all coefficients until the last.
    package var keepsCoefficients: Bool {
        process == .progressive || firstScanComponents.count < components.count
    }

    /// Returns the number of blocks of a component, without those that complete an MCU.
    package func blocks(of component: Component) -> Int {
        let (across, down) = blockSides(of: component)
        return across * down
    }

    /// Returns the number of blocks of a component across and down (T.81, A.1.1 and A.2.2).
    func blockSides(of component: Component) -> (Int, Int) {
        let widest = components.map(\.horizontal).max() ?? 1
        let highest = components.map(\.vertical).max() ?? 1
        return (
            ceilingDivision(width * component.horizontal, 8 * widest),
            ceilingDivision(height * component.vertical, 8 * highest)
        )
    }
}

func ceilingDivision(_ dividend: Int, _ divisor: Int) -> Int { (dividend + divisor - 1) / divisor }
