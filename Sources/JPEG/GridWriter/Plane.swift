// SPDX-License-Identifier: Apache-2.0

/// The samples of one component, one for each cell of a grid.
package struct Plane: BitwiseCopyable {
    /// Rows from the top, `cells` samples each.
    let samples: UnsafePointer<UInt8>
    let cells: Int
    private let behind = Plane.behind

    /// All ones from the index on. In memory, as the compiler turns a comparison of lanes into eight of numbers.
    private static let behind = Table(
        (0..<8).map { start in SIMD8<Int16>((0..<8).map { $0 < start ? 0 : -1 }) })

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
    package func levels(first: UInt8, second: UInt8, columns: UnsafePointer<BlockSpan>) -> SIMD8<Int16> {
        let upper = samples + Int(first) &* cells
        let lower = samples + Int(second) &* cells
        let bias = SIMD8<Int16>(1, 2, 1, 2, 1, 2, 1, 2) &- 4 * 128
        var levels = SIMD8<Int16>()
        for run in 0..<columns.pointee.count {
            let left = Int(columns.pointee.firsts[run])
            let right = Int(columns.pointee.seconds[run])
            let four = Int16(upper[left]) &+ Int16(upper[right]) &+ Int16(lower[left]) &+ Int16(lower[right])
            let level = (SIMD8(repeating: four) &+ bias) &>> 2
            levels ^= (levels ^ level) & behind[Int(columns.pointee.starts[run])]
        }
        return levels
    }
}
