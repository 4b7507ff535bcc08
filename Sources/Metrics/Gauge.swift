// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A gauge metric: a number that can increase and decrease.
package final class Gauge: Sendable {
    private let level = Atomic<Int>(0)

    package init() {}

    package func set(_ value: Int) { level.store(value, ordering: .relaxed) }

    package var value: Int { level.load(ordering: .relaxed) }
}
