// SPDX-License-Identifier: Apache-2.0

/// A counter for each pair of cases of two enumerations: a family with two labels.
package final class CounterTable<
    First: CaseIterable & RawRepresentable<String> & Hashable & Sendable,
    Second: CaseIterable & RawRepresentable<String> & Hashable & Sendable
>: Sendable {
    /// The names of the labels, as `kind` and `outcome`. Their values are the raw values of the cases.
    package let labelNames: (String, String)
    private let counters: [First: Counters<Second>]

    package init(by first: String, _ second: String) {
        labelNames = (first, second)
        counters = Dictionary(
            uniqueKeysWithValues: First.allCases.map { ($0, Counters<Second>(by: second)) })
    }

    /// Adds 1 to the counter of the pair.
    package func increment(_ first: First, _ second: Second) { counters[first]?.increment(second) }

    /// The value of the counter of the pair.
    package subscript(first: First, second: Second) -> UInt64 { counters[first]?[second] ?? 0 }
}
