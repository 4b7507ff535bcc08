// SPDX-License-Identifier: Apache-2.0

import Support

/// The checks for which the header of a file is sufficient. They precede all allocations of libjpeg.
extension JPEGHeader {
    /// The longest side of a picture in pixels, `JPEG_MAX_DIMENSION` of libjpeg.
    package static let longestSide = 65500

    /// Throws an error if the header describes a kind of file that is not decoded, or a file that exceeds a limit.
    ///
    /// - Throws: `JPEGError` of kind `unsupported`, `corrupt`, `sideTooLong`, `tooManyPixels` or `truncated`, for the
    ///   first check that fails. The memory is not checked here, because the caller knows what else it needs.
    package func admit(_ limits: JPEGLimits) throws(JPEGError) {
        try checkKind()
        guard pixels <= limits.pixels else {
            throw JPEGError(
                .tooManyPixels, "\(width) x \(height) = \(pixels) pixels, \(limits.pixels) are allowed")
        }
        guard limits.acceptsTruncated || fileBytes - dataOffset >= leastDataBytes else {
            throw JPEGError(
                .truncated,
                "the first scan of \(width) x \(height) pixels needs \(leastDataBytes) bytes or more, "
                    + "\(max(0, fileBytes - dataOffset)) are there")
        }
    }

    private func checkKind() throws(JPEGError) {
        guard process != .lossless else { throw JPEGError(.unsupported, "lossless JPEG is not decoded") }
        guard precision == 8 else {
            throw JPEGError(.unsupported, "\(precision)-bit samples are not decoded, only 8-bit ones")
        }
        guard layout != nil else {
            throw JPEGError(.unsupported, "\(components.count) components are not decoded, only 1, 3 or 4")
        }
        guard height >= 1 else {
            throw JPEGError(
                .unsupported, "a height of 0: the height in a DNL segment behind the picture is not decoded")
        }
        guard width >= 1 else {
            throw JPEGError(.corrupt, "\(width) x \(height) pixels are no picture")
        }
        guard width <= Self.longestSide, height <= Self.longestSide else {
            throw JPEGError(
                .sideTooLong, "\(width) x \(height): a side may have \(Self.longestSide) pixels")
        }
        for component in components {
            guard (1...4).contains(component.horizontal), (1...4).contains(component.vertical) else {
                throw JPEGError(
                    .corrupt,
                    "sampling factors \(component.horizontal) x \(component.vertical), 1...4 are allowed")
            }
        }
        guard (1...4).contains(firstScanComponents.count) else {
            throw JPEGError(.corrupt, "a scan of \(firstScanComponents.count) components, 1...4 are allowed")
        }
    }

    /// The least number of bytes that the entropy-coded data of a complete first scan can have; 0 if there is no known
    /// bound. A Huffman code has at least one bit, and each block has a DC code and, unless the process is progressive,
    /// an AC code. No bound is known for arithmetic coding, and for first scans without the first bits of the DC
    /// coefficients.
    var leastDataBytes: Int {
        guard firstScanHasDC, !isArithmetic else { return 0 }
        let blocks = components.filter { firstScanComponents.contains($0.identifier) }
            .reduce(0) { $0 + self.blocks(of: $1) }
        return blocks * (process == .progressive ? 1 : 2) / 8
    }

    /// The predicted peak memory of decoding in bytes, from the allocations of libjpeg-turbo: a few rows of blocks and,
    /// for a picture of several scans, 2 bytes for each coefficient of the picture, padded to whole MCUs.
    package var workingSetBytes: Int {
        let widest = components.map(\.horizontal).max() ?? 1
        let highest = components.map(\.vertical).max() ?? 1
        var coefficients = 0
        var rows = 0
        for component in components {
            let (across, down) = blockSides(of: component)
            let padded = ceilingDivision(across, component.horizontal) * component.horizontal
            let paddedDown = ceilingDivision(down, component.vertical) * component.vertical
            coefficients += padded * paddedDown * 64 * 2
            // Decoded rows of blocks with the neighbours that upsampling reads, and upsampled rows.
            rows += padded * 8 * (8 * component.vertical * 3 + 4) + width * highest * widest
        }
        return (keepsCoefficients ? coefficients : 0) + rows + width * 4 + 65536
    }
}
