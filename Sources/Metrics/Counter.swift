// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A counter metric: a number that never decreases.
///
/// Accesses are relaxed atomics, so a thread that sees an increment of one counter may not yet see an earlier increment
/// of another counter.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    package init() {}

    /// Adds `amount` to the counter. `amount` is 0 or more.
    package func increment(by amount: Int = 1) {
        precondition(amount >= 0, "a counter never decreases")
        count.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    package var value: UInt64 { count.load(ordering: .relaxed) }
}
