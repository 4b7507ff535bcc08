// SPDX-License-Identifier: Apache-2.0

package import Support

/// The options of `Pixelator`: the sizes of the outputs, the treatment of metadata and truncated files, and the limits.
package struct PixelationOptions: Sendable, Equatable {
    /// The sizes of the outputs: 1 to 16 different numbers of blocks along each side, 1...256.
    package var sizes: [Int] = [8, 16, 32, 48, 64]
    package var metadata = MetadataPolicy.upright
    package var truncated = TruncationPolicy.refuse
    /// The formats of sources that are read. Others are refused before anything of them is parsed.
    package var formats = SourceFormat.readable
    package var output = OutputFormatPolicy.same
    /// The colour behind transparent pictures in formats without alpha.
    package var background = BackgroundColor.white
    package var limits = PixelationLimits()

    package init() {}

    /// Returns one problem for each invalid value, with the path of the value in the configuration file.
    package func problems() -> [OptionProblem] {
        var problems: [OptionProblem] = []
        if !(1...16).contains(sizes.count) {
            problems.append(OptionProblem("sizes", expected: "1...16 numbers", got: "\(sizes.count)"))
        }
        for (index, size) in sizes.enumerated() {
            if !(1...256).contains(size) {
                problems.append(OptionProblem("sizes[\(index)]", expected: "1...256", got: "\(size)"))
            }
            if sizes[..<index].contains(size) {
                problems.append(
                    OptionProblem("sizes[\(index)]", expected: "a number not listed before", got: "\(size)"))
            }
        }
        if formats.isEmpty {
            problems.append(OptionProblem("formats", expected: "one format or more", got: "none"))
        }
        return problems + limits.problems().map { $0.below("limits") }
    }
}
