// SPDX-License-Identifier: Apache-2.0

/// The samples of one component, one for each cell of a grid.
package struct Plane: BitwiseCopyable {
    /// Rows from the top, `cells` samples each.
    let samples: UnsafePointer<UInt8>
    let cells: Int

    package init(samples: UnsafePointer<UInt8>, cells: Int) {
        self.samples = samples
        self.cells = cells
    }

    @inline(__always)
    subscript(row: UInt8, column: UInt8) -> Int {
        Int(samples[Int(row) &* cells &+ Int(column)])
    }

    /// A row of a block's samples, less 128, that shows the grid's rows `first` and `second`, the same twice inside a
    /// cell.
    ///
    /// libjpeg's `h2v2_downsample` (jcsample.c) adds 1 and 2 in turn along a row to the sum of four pixels. Where
    /// the four are the same, as always in a full component, the mean is that sample.
    @inline(__always)
    package func levels(first: UInt8, second: UInt8, columns: BlockSpan) -> SIMD8<Int16> {
        let upper = samples + Int(first) &* cells
        let lower = samples + Int(second) &* cells
        let places = SIMD8<Int16>(0, 1, 2, 3, 4, 5, 6, 7)
        let bias = SIMD8<Int16>(1, 2, 1, 2, 1, 2, 1, 2) &- 4 * 128
        var levels = SIMD8<Int16>()
        for run in 0..<columns.count {
            let left = Int(columns.firsts[run])
            let right = Int(columns.seconds[run])
            let four = Int16(upper[left]) &+ Int16(upper[right]) &+ Int16(lower[left]) &+ Int16(lower[right])
            let level = (SIMD8(repeating: four) &+ bias) &>> 2
            // All ones from the run's first sample on: there the difference is negative.
            let isBehind = (SIMD8(repeating: Int16(columns.starts[run]) &- 1) &- places) &>> 15
            levels = levels & ~isBehind | level & isBehind
        }
        return levels
    }
}
