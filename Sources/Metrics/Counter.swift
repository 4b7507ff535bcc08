// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A number that only increases.
///
/// Counters are independent of each other: a reader that sees one increment may not see an earlier one of another
/// counter (relaxed atomics).
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    package init() {}

    /// Adds `amount`, 0 or more.
    package func increment(by amount: Int = 1) {
        precondition(amount >= 0, "a counter never decreases")
        count.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    package var value: UInt64 { count.load(ordering: .relaxed) }
}
