// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The samples of a pixel and their meaning.
package struct TIFFSamples: Sendable, Equatable {
    package enum Model: Sendable {
        case gray, palette, rgb, cmyk, yCbCr

        /// The number of samples of a pixel without extra ones.
        var samples: Int {
            switch self {
            case .gray, .palette: 1
            case .rgb, .yCbCr: 3
            case .cmyk: 4
            }
        }
    }

    /// The meaning of the first extra sample.
    package enum Alpha: Sendable {
        /// Colours are stored as they are.
        case straight
        /// Colours are stored multiplied with alpha.
        case premultiplied
    }

    package var model: Model
    /// The number of bits of a sample: 1, 2, 4, 8, 12 or 16.
    package var bits: Int
    /// The number of samples of a pixel, with the extra ones.
    package var count: Int
    /// The meaning of the sample behind those of the model; nil if it is ignored or missing.
    package var alpha: Alpha?
    /// True when 0 is white: gray levels are stored inverted.
    package var isInverted: Bool

    /// Creates the samples.
    ///
    /// - Parameters:
    ///   - photometric: The tag PhotometricInterpretation.
    ///   - bits: The tag BitsPerSample, one value for each sample.
    ///   - formats: The tag SampleFormat.
    ///   - extra: The tag ExtraSamples.
    /// - Throws: `TIFFError` of kind `unsupported` or `corrupt`.
    init(photometric: Int, bits: [Int], formats: [Int], extra: [Int]) throws(TIFFError) {
        let depth = bits.first ?? 1
        count = bits.count
        self.bits = depth
        isInverted = photometric == 0
        switch photometric {
        case 0, 1: model = .gray
        case 2: model = .rgb
        case 3: model = .palette
        case 5: model = .cmyk
        case 6: model = count == 1 ? .gray : .yCbCr
        default:
            let name = [8: "CIE L*a*b*", 9: "ICC L*a*b*", 10: "ITU L*a*b*", 32844: "LogL", 32845: "LogLuv"][
                photometric]
            throw TIFFError(
                .unsupported, "the colour model \(name ?? "number \(photometric)") is not supported")
        }
        guard count >= model.samples else {
            throw TIFFError(
                .corrupt, "\(count) samples a pixel, \(model.samples) or more belong to the colour model")
        }
        // Files of RGB with a fourth sample and without the tag have alpha, as in Pillow, and CorelDRAW writes 999.
        let isExtra = count > model.samples
        let kind = isExtra ? extra.first ?? (model == .rgb ? 2 : 0) : 0
        switch kind {
        case 1 where model != .cmyk && model != .yCbCr: alpha = .premultiplied
        case 2 where model != .cmyk && model != .yCbCr, 999 where model == .rgb: alpha = .straight
        default: alpha = nil
        }
        guard bits.allSatisfy({ $0 == depth }), depths(isExtra).contains(depth),
            formats.allSatisfy({ $0 == 1 || $0 == 4 || ($0 == 2 && depth == 8 && model == .gray) })
        else {
            let list = bits.map { "\($0)" }.joined(separator: ", ")
            let kinds = formats.map {
                [1: "unsigned", 2: "signed", 3: "floating-point"][$0] ?? "number \($0)"
            }
            throw TIFFError(
                .unsupported,
                "samples of \(list) bits, \(kinds.first ?? "unsigned"), are not supported in this colour model"
            )
        }
    }

    private func depths(_ isExtra: Bool) -> [Int] {
        switch model {
        case .gray: isExtra ? [8, 16] : [1, 2, 4, 8, 12, 16]
        case .palette: isExtra ? [8] : [1, 2, 4, 8]
        case .rgb, .cmyk: [8, 16]
        case .yCbCr: [8]
        }
    }

    /// True when a pixel of a row is one sample of 16 bits.
    package var isGray16: Bool { model == .gray && bits > 8 && alpha == nil }

    /// The layout of decoded rows; that of the upper 8 bits if `isGray16` is true.
    package var layout: PixelLayout {
        switch model {
        case .gray: alpha == nil ? .gray : .grayAlpha
        case .palette, .rgb, .yCbCr: alpha == nil ? .rgbx : .rgba
        case .cmyk: .cmyk
        }
    }

    /// The colour model of the grids.
    package var color: ColorModel { isGray16 ? .gray16 : layout.color }

    /// True when Pillow does not average the pixels but takes single ones: they are indices of colours, or 1 bit.
    package var isSampledByPillow: Bool {
        (model == .palette && alpha == nil) || (model == .gray && bits == 1)
    }
}
