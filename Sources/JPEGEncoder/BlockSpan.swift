// SPDX-License-Identifier: Apache-2.0

/// The cells of a grid that the 8 samples along one side of a block show. Consecutive samples that show the same cells
/// form a run.
///
/// A sample of a component that is not subsampled shows one cell. A sample of a subsampled component is the mean of
/// pixels in two neighbouring columns (or rows) of the picture, and so shows one cell or two.
package struct BlockSpan: BitwiseCopyable, Sendable {
    /// The side of a block: `columns` for its top side, the samples of which are in different columns, and `rows` for
    /// its left side. libjpeg pads a picture differently at its right and at its bottom.
    package enum Axis { case columns, rows }

    /// Eight bytes in one 64-bit word; byte 0 is in the lowest bits. A `SIMD8<UInt8>` would be slow, because access to
    /// its elements is only fast with a constant index.
    package struct EightBytes: BitwiseCopyable, Sendable {
        private var word: UInt64 = 0

        package init() {}

        init(word: UInt64) { self.word = word }

        @inline(__always)
        package subscript(index: Int) -> UInt8 {
            get { UInt8(truncatingIfNeeded: word &>> UInt64(truncatingIfNeeded: 8 &* index)) }
            set {
                let shift = UInt64(truncatingIfNeeded: 8 &* index)
                word = word & ~(0xFF &<< shift) | UInt64(newValue) &<< shift
            }
        }
    }

    /// The number of runs, which consist of consecutive samples that show the same cells: 1...8; 0 if the block lies
    /// beyond the picture.
    private(set) var count = 0
    /// The index 0...7 of the first sample of each run. The samples of a run show the same cells.
    private(set) var starts = EightBytes()
    /// The grid row or column of the first of the one or two cells that the samples of a run (consecutive samples that
    /// show the same cells) are averaged from; one element for each run.
    private(set) var firsts = EightBytes()
    /// The grid row or column of the last of the one or two cells that the samples of a run (consecutive samples that
    /// show the same cells) are averaged from; one element for each run. It equals the element of `firsts` if the
    /// samples show one cell.
    private(set) var seconds = EightBytes()
    /// The grid row or column of the first cell that the side of the block shows, from the left or from the top.
    private(set) var first: UInt8 = 0
    /// The grid row or column of the last cell that the side of the block shows, from the left or from the top.
    private(set) var last: UInt8 = 0
    /// The place at which the samples change from the first cell of the side to the last. It is `before(0)` if the side
    /// shows one cell, and nil if it shows a third cell, if more than one sample is a mean of both cells, or if the
    /// block lies beyond the picture.
    private(set) var edge: EdgeCodes.Place?
    /// True when all samples show one and the same cell.
    private(set) var isLevel = false

    /// The span of a block that lies completely beyond the right or the bottom edge of the picture: none of its samples
    /// shows a cell.
    static let beyondPicture = BlockSpan()

    private init() {}

    /// Creates the `BlockSpan` of the samples `start ..< start + 8` of a component that is not subsampled. Beyond the
    /// right or the bottom of the picture the last pixel is repeated, as by libjpeg.
    ///
    /// - Parameters:
    ///   - start: The index of the first sample, counted from the left or the top of the picture.
    ///   - cells: The cell that each pixel shows, from the left to the right or from the top to the bottom of the
    ///     picture.
    package init(full start: Int, cells: [UInt8]) {
        for sample in 0..<8 {
            let cell = cells[min(start + sample, cells.count - 1)]
            append(cell, cell, at: sample)
        }
        summarize()
    }

    /// Creates the `BlockSpan` of the samples `start ..< start + 8` of a component that has, along the side of the
    /// block, one sample for every two pixels.
    ///
    /// Beyond the right of the picture libjpeg repeats the last pixel and then takes the means (`expand_right_edge` in
    /// jcsample.c). Beyond the bottom it repeats the last row of pixels to complete a pair, and then repeats the mean
    /// of that pair (`pre_process_data` in jcprepct.c).
    ///
    /// - Parameters:
    ///   - start: The index of the first sample, counted from the left or the top of the component.
    ///   - cells: The cell that each pixel shows, from the left to the right or from the top to the bottom of the
    ///     picture.
    ///   - axis: The side of the block.
    package init(halved start: Int, cells: [UInt8], axis: Axis) {
        let last = cells.count - 1
        for sample in 0..<8 {
            let pixel = axis == .rows ? 2 * min(start + sample, last / 2) : 2 * (start + sample)
            append(cells[min(pixel, last)], cells[min(pixel + 1, last)], at: sample)
        }
        summarize()
    }

    /// Adds a sample that shows the cells `first` and `second`: to the last run if its samples show the same cells,
    /// else as a new run.
    private mutating func append(_ first: UInt8, _ second: UInt8, at sample: Int) {
        if count > 0, firsts[count - 1] == first, seconds[count - 1] == second { return }
        starts[count] = UInt8(sample)
        firsts[count] = first
        seconds[count] = second
        count += 1
    }

    /// Computes `first`, `last`, `isLevel` and `edge` from the runs.
    private mutating func summarize() {
        first = firsts[0]
        last = seconds[count - 1]
        isLevel = count == 1 && first == last
        edge = findEdge()
    }

    /// Returns the value for the property `edge`.
    private func findEdge() -> EdgeCodes.Place? {
        var samples = (ofFirst: 0, ofBoth: 0)
        for run in 0..<count {
            let length = (run + 1 < count ? Int(starts[run + 1]) : 8) - Int(starts[run])
            switch (firsts[run], seconds[run]) {
            case (last, last): break
            case (first, first): samples.ofFirst += length
            case (first, last): samples.ofBoth += length
            default: return nil
            }
        }
        return switch samples.ofBoth {
        case 0: .before(samples.ofFirst)
        case 1: .through(samples.ofFirst)
        default: nil
        }
    }
}
