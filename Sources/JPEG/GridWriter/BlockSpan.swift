// SPDX-License-Identifier: Apache-2.0

/// Which cells the 8 samples of one side of a block show, as runs of samples that show the same.
///
/// A sample of a full component shows one cell; one of a halved component shows two neighbouring pixels, and so one
/// cell or two.
package struct BlockSpan: BitwiseCopyable, Sendable {
    private(set) var count = 0
    /// Index of the first sample of each run, 0...7.
    private(set) var starts = SIMD8<UInt8>()
    /// The cells that the samples of each run show; the same twice inside a cell.
    private(set) var firsts = SIMD8<UInt8>()
    private(set) var seconds = SIMD8<UInt8>()
    /// Where the samples change from the first cell to the last; nil if there are cells between them, or if the edge
    /// is repeated beyond the picture.
    private(set) var edge: EdgePlace?

    /// Which axis a span lies on: libjpeg pads the two in different ways.
    package enum Axis { case columns, rows }

    /// The samples `start ..< start + 8` of a full component. Beyond the edge libjpeg repeats the last pixel.
    package init(full start: Int, cells: [UInt8]) {
        for sample in 0..<8 {
            let cell = cells[min(start + sample, cells.count - 1)]
            append(cell, cell, at: sample)
        }
        edge = findEdge()
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
        edge = findEdge()
    }

    private mutating func append(_ first: UInt8, _ second: UInt8, at sample: Int) {
        if count > 0, firsts[count - 1] == first, seconds[count - 1] == second { return }
        starts[count] = UInt8(sample)
        firsts[count] = first
        seconds[count] = second
        count += 1
    }

    private func findEdge() -> EdgePlace? {
        let ends = (first, last)
        var samples = (ofFirst: 0, ofBoth: 0)
        for run in 0..<count {
            let length = (run + 1 < count ? Int(starts[run + 1]) : 8) - Int(starts[run])
            switch (firsts[run], seconds[run]) {
            case (ends.1, ends.1): break
            case (ends.0, ends.0): samples.ofFirst += length
            case (ends.0, ends.1): samples.ofBoth += length
            default: return nil
            }
        }
        return switch samples.ofBoth {
        case 0: .before(samples.ofFirst)
        case 1: .through(samples.ofFirst)
        default: nil
        }
    }

    /// The cell at the beginning, and that at the end.
    var first: UInt8 { firsts[0] }
    var last: UInt8 { seconds[count - 1] }

    /// The whole side lies inside one cell.
    var isUniform: Bool { count == 1 && firsts[0] == seconds[0] }
}

/// Where the one edge between two cells crosses a side of a block.
package struct EdgePlace: BitwiseCopyable, Sendable {
    /// 0...15.
    let index: UInt8

    static let count = 16

    /// The samples before this one, 0...7, show the first cell, and it and the others the last. 0 if there is but one.
    package static func before(_ sample: Int) -> EdgePlace { EdgePlace(index: UInt8(sample)) }

    /// The same, but this sample shows both: it is the mean of them.
    package static func through(_ sample: Int) -> EdgePlace { EdgePlace(index: 8 + UInt8(sample)) }
}
