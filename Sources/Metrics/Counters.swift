// SPDX-License-Identifier: Apache-2.0

/// A counter for each case of an enumeration: a family with one label.
package final class Counters<Label: CaseIterable & RawRepresentable<String> & Hashable & Sendable>: Sendable {
    /// The name of the label, as `outcome`. Its values are the raw values of the cases.
    package let labelName: String
    private let counters: [Label: Counter]

    package init(by labelName: String) {
        self.labelName = labelName
        counters = Dictionary(uniqueKeysWithValues: Label.allCases.map { ($0, Counter()) })
    }

    /// Adds `amount`, 0 or more, to the counter of `label`.
    package func increment(_ label: Label, by amount: Int = 1) { counters[label]?.increment(by: amount) }

    /// The value of the counter of `label`.
    package subscript(label: Label) -> UInt64 { counters[label]?.value ?? 0 }

    /// The sum over all labels.
    package var total: UInt64 { counters.values.reduce(0) { $0 + $1.value } }
}
