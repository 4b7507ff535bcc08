// SPDX-License-Identifier: Apache-2.0

/// Which cells the 8 samples of one side of a block show, as runs of samples that show the same.
///
/// A sample of a full component shows one cell; one of a halved component shows two neighbouring pixels, and so one
/// cell or two.
package struct BlockSpan: BitwiseCopyable, Sendable {
    /// How many runs there are; none if the block lies beyond the picture.
    private(set) var count = 0
    /// Index of the first sample of each run, 0...7.
    private(set) var starts = EightBytes()
    /// The cells that the samples of each run show; the same twice inside a cell.
    private(set) var firsts = EightBytes()
    private(set) var seconds = EightBytes()
    /// The cell at the beginning, and that at the end.
    private(set) var first: UInt8 = 0
    private(set) var last: UInt8 = 0
    /// Where the samples change from the first cell to the last; nil if there are cells between them, or if the edge
    /// is repeated beyond the picture.
    private(set) var edge: EdgePlace?
    /// The whole side lies inside one cell.
    private(set) var isLevel = false

    /// Which axis a span lies on: libjpeg pads the two in different ways.
    package enum Axis { case columns, rows }

    static let beyondPicture = BlockSpan()

    private init() {}

    /// The samples `start ..< start + 8` of a full component. Beyond the edge libjpeg repeats the last pixel.
    package init(full start: Int, cells: [UInt8]) {
        for sample in 0..<8 {
            let cell = cells[min(start + sample, cells.count - 1)]
            append(cell, cell, at: sample)
        }
        summarize()
    }

    /// The samples `start ..< start + 8` of a component that has one sample for two pixels.
    ///
    /// To the right libjpeg repeats the last pixel and then takes the mean (`expand_right_edge` in jcsample.c); at the
    /// bottom it completes the last pair and then repeats the mean (`pre_process_data` in jcprepct.c).
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

    private func findEdge() -> EdgePlace? {
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
