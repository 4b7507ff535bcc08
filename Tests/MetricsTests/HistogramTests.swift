// SPDX-License-Identifier: Apache-2.0

import Metrics
import Testing

@Suite("Histograms and counters")
struct HistogramTests {
    @Test func `concurrent increments are all counted`() async {
        let counter = Counter()
        let histogram = Histogram.microseconds()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        counter.increment()
                        histogram.record(.milliseconds(7))
                    }
                }
            }
        }
        #expect(counter.value == 8_000)
        #expect(histogram.counts.reduce(0, +) == 8_000 && histogram.sum == 8_000 * 7_000)
    }

    @Test func `a value equal to a bound falls into its bucket, a larger one than all bounds into the last`()
    {
        let histogram = Histogram(bounds: [10, 20])
        for value: UInt64 in [0, 10, 11, 20, 21] { histogram.record(value) }
        #expect(histogram.counts == [2, 2, 1])
    }

    @Test func `a negative duration counts as zero`() {
        let histogram = Histogram(bounds: [10])
        histogram.record(.seconds(-1))
        #expect(histogram.counts == [1, 0] && histogram.sum == 0)
    }
}
