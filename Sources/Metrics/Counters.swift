// SPDX-License-Identifier: Apache-2.0

/// A family of counters with one label: one counter for each case of an enumeration.
package final class Counters<Label: CaseIterable & RawRepresentable<String> & Hashable & Sendable>: Sendable {
    /// The name of the label, such as `outcome`. The values of the label are the raw values of the enumeration's cases.
    package let labelName: String
    private let counters: [Label: Counter]

    package init(by labelName: String) {
        self.labelName = labelName
        counters = Dictionary(uniqueKeysWithValues: Label.allCases.map { ($0, Counter()) })
    }

    /// Adds `amount` to the counter of the case `label`. `amount` is 0 or more.
    package func increment(_ label: Label, by amount: Int = 1) { counters[label]?.increment(by: amount) }

    /// The value of the counter of the case `label`.
    package subscript(label: Label) -> UInt64 { counters[label]?.value ?? 0 }

    /// The sum of the values of all counters of the family.
    package var total: UInt64 { counters.values.reduce(0) { $0 + $1.value } }
}
