// SPDX-License-Identifier: Apache-2.0

/// A family of counters with two labels: one counter for each pair of cases of two enumerations.
package final class CounterTable<
    First: CaseIterable & RawRepresentable<String> & Hashable & Sendable,
    Second: CaseIterable & RawRepresentable<String> & Hashable & Sendable
>: Sendable {
    /// The names of the two labels, such as `kind` and `outcome`. The values of a label are the raw values of the
    /// enumeration's cases.
    package let labelNames: (String, String)
    private let counters: [First: Counters<Second>]

    package init(by first: String, _ second: String) {
        labelNames = (first, second)
        counters = Dictionary(
            uniqueKeysWithValues: First.allCases.map { ($0, Counters<Second>(by: second)) })
    }

    /// Adds 1 to the counter of the pair `first` and `second`.
    package func increment(_ first: First, _ second: Second) { counters[first]?.increment(second) }

    /// The value of the counter of the pair `first` and `second`.
    package subscript(first: First, second: Second) -> UInt64 { counters[first]?[second] ?? 0 }
}
