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
    /// The latest exemplar of each bucket.
    private let exemplars: Locked<[Exemplar?]>

    /// A recorded value whose trace shows what it consisted of (OpenMetrics 1.0, "Exemplars").
    package struct Exemplar: Sendable, Equatable {
        package var traceID: String
        package var value: UInt64
        /// The time of recording in seconds since 1970-01-01T00:00:00Z.
        package var time: Double
    }

    /// Makes a histogram without values.
    ///
    /// - Parameter bounds: One or more upper bounds of buckets, ascending.
    package init(bounds: [UInt64]) {
        precondition(!bounds.isEmpty && zip(bounds, bounds.dropFirst()).allSatisfy(<), "bounds must ascend")
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
        exemplars = Locked(Array(repeating: nil, count: bounds.count + 1))
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
    ///
    /// - Parameter traceID: The identifier of the trace of the value, which becomes the exemplar of its bucket.
    package func record(_ value: UInt64, traceID: String? = nil) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        buckets[bucket].increment()
        total.wrappingAdd(value, ordering: .relaxed)
        guard let traceID else { return }
        let exemplar = Exemplar(traceID: traceID, value: value, time: SystemTime.now)
        exemplars.withLock { $0[bucket] = exemplar }
    }

    /// Records a duration in whole microseconds. A negative duration is recorded as 0.
    package func record(_ duration: Duration, traceID: String? = nil) {
        record(UInt64(max(0, duration.inMicroseconds)), traceID: traceID)
    }

    /// The latest exemplar of each bucket; nil for buckets without a traced value.
    package var latestExemplars: [Exemplar?] { exemplars.withLock { $0 } }

    /// The number of values in each bucket, not cumulative. The bucket without a bound is the last one.
    package var counts: [UInt64] { buckets.map(\.value) }

    /// The sum of all recorded values.
    package var sum: UInt64 { total.load(ordering: .relaxed) }
}
