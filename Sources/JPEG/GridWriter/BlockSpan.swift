// SPDX-License-Identifier: Apache-2.0

/// The cells that the 8 samples along one side of a block show, as runs of samples that show the same.
///
/// A sample of a component that is not subsampled shows one cell. A sample of a subsampled component is the mean of two
/// neighbouring pixels along the axis, and so shows one cell or two.
package struct BlockSpan: BitwiseCopyable, Sendable {
    /// The axis of a span. libjpeg pads the two axes in different ways.
    package enum Axis { case columns, rows }

    /// Eight bytes in one word. An element of a `SIMD8` is only fast to access by a constant index.
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

    /// The number of runs, 0...8; 0 if the block lies beyond the picture.
    private(set) var count = 0
    /// The index of the first sample of each run, 0...7.
    private(set) var starts = EightBytes()
    /// The two cells that the samples of each run show; inside a cell both are that cell.
    private(set) var firsts = EightBytes()
    private(set) var seconds = EightBytes()
    /// The cell at the beginning of the span, and the cell at its end.
    private(set) var first: UInt8 = 0
    private(set) var last: UInt8 = 0
    /// The place where the samples change from the first cell to the last; nil if there are cells between them, or if
    /// two samples are means of both.
    private(set) var edge: EdgeCodes.Place?
    /// True when the whole span lies inside one cell.
    private(set) var isLevel = false

    static let beyondPicture = BlockSpan()

    private init() {}

    /// Creates the span of the samples `start ..< start + 8` of a component that is not subsampled. Beyond the picture
    /// libjpeg repeats the last pixel.
    ///
    /// - Parameter cells: The cell that each pixel of the axis shows.
    package init(full start: Int, cells: [UInt8]) {
        for sample in 0..<8 {
            let cell = cells[min(start + sample, cells.count - 1)]
            append(cell, cell, at: sample)
        }
        summarize()
    }

    /// Creates the span of the samples `start ..< start + 8` of a component that has one sample for two pixels.
    ///
    /// At the right libjpeg repeats the last pixel and then takes the mean (`expand_right_edge` in jcsample.c). At the
    /// bottom it completes the last pair of rows and then repeats the mean (`pre_process_data` in jcprepct.c).
    ///
    /// - Parameter cells: The cell that each pixel of the axis shows.
    package init(halved start: Int, cells: [UInt8], axis: Axis) {
        let last = cells.count - 1
        for sample in 0..<8 {
            let pixel = axis == .rows ? 2 * min(start + sample, last / 2) : 2 * (start + sample)
            append(cells[min(pixel, last)], cells[min(pixel + 1, last)], at: sample)
        }
        summarize()
    }

    private mutating func append(_ first: UInt8, _ second: UInt8, at sample: Int) {
        if count > 0, firsts[count - 1] == first, seconds[count - 1] == second { return }
        starts[count] = UInt8(sample)
        firsts[count] = first
        seconds[count] = second
        count += 1
    }

    private mutating func summarize() {
        first = firsts[0]
        last = seconds[count - 1]
        isLevel = count == 1 && first == last
        edge = findEdge()
    }

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
