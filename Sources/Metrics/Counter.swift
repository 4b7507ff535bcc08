// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A number that only grows. Relaxed: a reader wants a recent value, not an order between counters.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    package init() {}

    package func increment(by amount: Int = 1) {
        precondition(amount >= 0, "a counter only grows")
        count.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    package var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A counter for each case of a closed set, which becomes the value of a label.
package final class Counters<Label: CaseIterable & RawRepresentable<String> & Hashable & Sendable>: Sendable {
    /// Of the label in the exposition, as `outcome`.
    package let labelName: String
    private let counters: [Label: Counter]

    package init(by labelName: String) {
        self.labelName = labelName
        counters = Dictionary(uniqueKeysWithValues: Label.allCases.map { ($0, Counter()) })
    }

    package func increment(_ label: Label, by amount: Int = 1) { counters[label]?.increment(by: amount) }

    package subscript(label: Label) -> UInt64 { counters[label]?.value ?? 0 }

    package var total: UInt64 { counters.values.reduce(0) { $0 + $1.value } }
}

/// A counter for each pair of cases of two closed sets, which become the values of two labels.
package final class CounterTable<
    First: CaseIterable & RawRepresentable<String> & Hashable & Sendable,
    Second: CaseIterable & RawRepresentable<String> & Hashable & Sendable
>: Sendable {
    package let labelNames: (String, String)
    private let counters: [First: [Second: Counter]]

    package init(by first: String, _ second: String) {
        labelNames = (first, second)
        counters = Dictionary(
            uniqueKeysWithValues: First.allCases.map { first in
                (first, Dictionary(uniqueKeysWithValues: Second.allCases.map { ($0, Counter()) }))
            })
    }

    package func increment(_ first: First, _ second: Second) { counters[first]?[second]?.increment() }

    package subscript(first: First, second: Second) -> UInt64 { counters[first]?[second]?.value ?? 0 }
}
