// SPDX-License-Identifier: Apache-2.0

internal import Support
internal import Synchronization

/// A histogram metric: the distribution of whole numbers, such as microseconds or bytes, over buckets with fixed
/// bounds.
package final class Histogram: Sendable {
    /// The upper bounds of the buckets, inclusive and ascending. One more bucket, the last, has no bound.
    package let bounds: [UInt64]
    private let buckets: [Counter]
    private let total = Atomic<UInt64>(0)

    /// Makes a histogram without values.
    ///
    /// - Parameter bounds: One or more upper bounds of buckets, ascending.
    package init(bounds: [UInt64]) {
        precondition(!bounds.isEmpty && zip(bounds, bounds.dropFirst()).allSatisfy(<), "bounds must ascend")
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    /// Returns a histogram of durations in microseconds, with bounds from 1 ms to 60 s.
    package static func microseconds() -> Histogram {
        Histogram(bounds: [
            1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
            5_000_000, 10_000_000, 30_000_000, 60_000_000,
        ])
    }

    /// Returns a histogram of the ages of SQS messages in microseconds, with bounds from 100 ms to 4 days.
    package static func ages() -> Histogram {
        Histogram(bounds: [
            100_000, 500_000, 1_000_000, 5_000_000, 15_000_000, 60_000_000, 300_000_000, 900_000_000,
            3_600_000_000, 14_400_000_000, 86_400_000_000, 345_600_000_000,
        ])
    }

    /// Returns a histogram of sizes in bytes, with bounds from 64 KiB to 256 MiB, each four times the one before.
    package static func bytes() -> Histogram {
        Histogram(bounds: (0..<7).map { 65_536 << (2 * $0) })
    }

    /// Records a value: adds 1 to the count of the value's bucket and the value to the sum.
    package func record(_ value: UInt64) {
        buckets[bounds.firstIndex { value <= $0 } ?? bounds.count].increment()
        total.wrappingAdd(value, ordering: .relaxed)
    }

    /// Records a duration in whole microseconds. A negative duration is recorded as 0.
    package func record(_ duration: Duration) { record(UInt64(max(0, duration.inMicroseconds))) }

    /// The number of values in each bucket, not cumulative. The bucket without a bound is the last one.
    package var counts: [UInt64] { buckets.map(\.value) }

    /// The sum of all recorded values.
    package var sum: UInt64 { total.load(ordering: .relaxed) }
}
