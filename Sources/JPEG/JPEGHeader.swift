// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// What a JPEG file says about itself in front of its first scan.
package struct JPEGHeader: Sendable {
    /// How the samples are coded.
    package enum Process: String, Sendable {
        case baseline, extended, progressive, lossless
    }

    package struct Component: Sendable, Equatable {
        package var identifier: UInt8
        /// Sampling factors, 1...4.
        package var horizontal: Int
        package var vertical: Int
    }

    package var width: Int
    package var height: Int
    /// Bits a sample.
    package var precision: Int
    package var process: Process
    package var isArithmetic: Bool
    package var components: [Component]
    /// Segments in front of the first scan.
    package var markers: Int
    /// The last comment, which the reference keeps. Where in the file.
    package var comment: Range<Int>?
    /// The TIFF structure behind `Exif\0\0` of the first such segment.
    package var exif: Range<Int>?
    /// The fragments of the colour profile, in the order of their numbers, when none is missing.
    package var profile: [Range<Int>]
    /// How many components the first scan has.
    package var firstScanComponents: [UInt8]
    /// Whether the first scan codes the DC coefficients, in full or their upper bits.
    package var firstScanHasDC: Bool
    /// The first byte of entropy-coded data.
    package var dataOffset: Int
    /// Bytes of the file that the header was parsed from; all ranges and offsets above are within it.
    package let fileBytes: Int

    package var layout: PixelLayout? {
        switch components.count {
        case 1: .gray
        case 3: .rgbx
        case 4: .cmyk
        default: nil
        }
    }

    /// The colour profile, put together; nil when there is none.
    ///
    /// - Parameter bytes: The file of this header.
    package func profile(in bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        precondition(bytes.count == fileBytes, "a header and the bytes of another file")
        return profile.isEmpty ? nil : profile.flatMap { bytes[$0] }
    }

    package var pixels: Int { width * height }

    /// More than one pass over the picture: all coefficients have to be kept.
    package var keepsCoefficients: Bool {
        process == .progressive || firstScanComponents.count < components.count
    }

    /// Blocks of 8 x 8 samples that a component really has.
    package func blocks(of component: Component) -> Int {
        let (across, down) = blockSides(of: component)
        return across * down
    }

    /// Blocks across and down.
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
