// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// How often a whole number, such as microseconds or bytes, fell under each of some bounds.
package final class Histogram: Sendable {
    /// Upper bounds, inclusive and ascending; above the last there is one more bucket without a bound.
    package let bounds: [UInt64]
    private let buckets: [Bucket]
    private let total = Atomic<UInt64>(0)

    /// An atomic does not fit into an array; its owner does.
    private final class Bucket: Sendable {
        let count = Atomic<UInt64>(0)
    }

    package init(bounds: [UInt64]) {
        precondition(!bounds.isEmpty && zip(bounds, bounds.dropFirst()).allSatisfy(<), "bounds must ascend")
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Bucket() }
    }

    /// 1 ms to 60 s, in microseconds: 1, 2.5, 5 of each decade.
    package static func microseconds() -> Histogram {
        Histogram(bounds: [
            1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
            5_000_000, 10_000_000, 30_000_000, 60_000_000,
        ])
    }

    /// 100 ms to 4 days, in microseconds: how long things wait in a queue.
    package static func ages() -> Histogram {
        Histogram(bounds: [
            100_000, 500_000, 1_000_000, 5_000_000, 15_000_000, 60_000_000, 300_000_000, 900_000_000,
            3_600_000_000, 14_400_000_000, 86_400_000_000, 345_600_000_000,
        ])
    }

    /// 64 KiB to 256 MiB, by fours.
    package static func bytes() -> Histogram {
        Histogram(bounds: (0..<7).map { 65_536 << (2 * $0) })
    }

    package func record(_ value: UInt64) {
        buckets[bounds.firstIndex { value <= $0 } ?? bounds.count].count.wrappingAdd(1, ordering: .relaxed)
        total.wrappingAdd(value, ordering: .relaxed)
    }

    /// In microseconds; a negative duration counts as zero.
    package func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(UInt64(max(0, seconds)) * 1_000_000 + UInt64(max(0, attoseconds) / 1_000_000_000_000))
    }

    /// Counts of the buckets, each alone, the unbounded one last.
    package var counts: [UInt64] { buckets.map { $0.count.load(ordering: .relaxed) } }

    package var sum: UInt64 { total.load(ordering: .relaxed) }
}
