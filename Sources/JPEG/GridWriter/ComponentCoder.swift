// SPDX-License-Identifier: Apache-2.0

/// Transforms, quantizes and codes the blocks of one component of the picture that a grid shows.
final class ComponentCoder {
    private let samples: [UInt8]
    private let cells: Int
    private let quantization: QuantizationTable
    private let transform = StepTransform.shared
    private let zigzag = QuantizationTable.zigzagOrder
    private var entropy: EntropyCoder
    /// Quantized coefficients of the current block, in zigzag order; valid where `nonzero` has a bit.
    private let values = UnsafeMutablePointer<Int32>.allocate(capacity: 64)
    private var nonzero: UInt64 = 0

    /// `plane` has `cells` x `cells` samples; `table` is 0 or 1.
    init(plane: [UInt8], cells: Int, table: Int) {
        samples = plane
        self.cells = cells
        quantization = QuantizationTable.standard[table]
        entropy = EntropyCoder(HuffmanTables.standard[table])
        values.initialize(repeating: 0, count: 64)
    }

    deinit { values.deallocate() }

    /// The DC coefficient to which that of the next block is compared.
    var prediction: Int32 {
        get { entropy.prediction }
        set { entropy.prediction = newValue }
    }

    func encodeDummy(into bits: inout BitString) { entropy.encodeDummy(into: &bits) }

    func encode(rows: BlockSpan, columns: BlockSpan, into bits: inout BitString) {
        if rows.isUniform, columns.isUniform {
            let sample = samples[Int(rows.firsts[0]) * cells + Int(columns.firsts[0])]
            return entropy.encode(constant: quantization.constantDC[Int(sample)], into: &bits)
        }
        nonzero = 0
        transformRows(rows, columns)
        entropy.encode(values, nonzero: nonzero, into: &bits)
    }

    /// Both passes: one first pass for each distinct row, and the second over the steps between them.
    private func transformRows(_ rows: BlockSpan, _ columns: BlockSpan) {
        var steps = (
            SIMD8<Int32>(), SIMD8<Int32>(), SIMD8<Int32>(), SIMD8<Int32>(),
            SIMD8<Int32>(), SIMD8<Int32>(), SIMD8<Int32>(), SIMD8<Int32>()
        )
        withUnsafeMutableBytes(of: &steps) { raw in
            let steps = raw.bindMemory(to: SIMD8<Int32>.self)
            var last = transformRow(rows.firsts[0], rows.seconds[0], columns)
            for run in 1..<rows.count {
                let next = transformRow(rows.firsts[run], rows.seconds[run], columns)
                steps[run] = last &- next
                last = next
            }
            // The rows below the last step.
            for frequency in 0..<8 {
                var sum = frequency == 0 ? last &* transform.ofSteps[8][0] : SIMD8<Int32>()
                for run in 1..<rows.count {
                    sum &+= steps[run] &* transform.ofSteps[Int(rows.starts[run])][frequency]
                }
                if rows.count == 1, frequency > 0 { break }
                quantize(StepTransform.endSecondPass(sum), row: frequency)
            }
        }
    }

    /// The first pass over the row that shows the cells of the grid's rows `first` and `second`.
    private func transformRow(_ first: UInt8, _ second: UInt8, _ columns: BlockSpan) -> SIMD8<Int32> {
        var sum = SIMD8<Int32>()
        let upper = Int(first) * cells
        let lower = Int(second) * cells
        var run = 0
        var last: Int32 = 0
        for column in 0..<8 {
            if run < columns.count, Int(columns.starts[run]) == column { run += 1 }
            let left = Int(columns.firsts[run - 1])
            let right = Int(columns.seconds[run - 1])
            // libjpeg's `h2v2_downsample` (jcsample.c) adds 1 and 2 in turn along a row. Where the four samples are the
            // same, as always in a full component, the mean is that sample.
            let four =
                Int32(samples[upper + left]) + Int32(samples[upper + right])
                + Int32(samples[lower + left]) + Int32(samples[lower + right])
            let level = (four + 1 + Int32(column & 1)) >> 2 - 128
            if column > 0, level != last { sum &+= transform.ofSteps[column] &* (last - level) }
            last = level
        }
        sum &+= transform.ofSteps[8] &* last
        return StepTransform.endFirstPass(sum)
    }

    private func quantize(_ coefficients: SIMD8<Int32>, row: Int) {
        for column in 0..<8 {
            let coefficient = coefficients[column]
            let position = row &* 8 &+ column
            if Int32(bitPattern: coefficient.magnitude) < quantization.thresholds[row][column] { continue }
            let place = Int(zigzag[position])
            values[place] = quantization.quantize(coefficient, at: position)
            nonzero |= 1 << UInt64(place)
        }
    }
}
