// SPDX-License-Identifier: Apache-2.0

/// The numbers of dead letters of a replay.
package struct ReplayTotals: Sendable, Equatable {
    /// The letters that were read.
    package var read = 0
    /// The letters that the selection contains.
    package var selected = 0
    /// The letters that were sent and deleted, or would be in a dry run.
    package var replayed = 0
    /// The letters that were sent and could not be deleted, so that they are still there.
    package var duplicated = 0
    /// The selected letters that were not sent, by the failures that stopped them.
    package var kept: [Failure: Int] = [:]

    package init() {}

    /// The number of selected letters that were not sent.
    package var keptCount: Int { kept.values.reduce(0, +) }
}
