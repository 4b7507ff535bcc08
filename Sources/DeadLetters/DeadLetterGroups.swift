// SPDX-License-Identifier: Apache-2.0

/// The dead letters of a quarantine, grouped by their failures.
package struct DeadLetterGroups: Sendable, Equatable {
    /// The letters with one failure.
    package struct Group: Sendable, Equatable {
        package var failure: Failure
        package var count = 0
        /// The times of the oldest and the newest letter in seconds since 1970-01-01T00:00:00Z; nil when none is known.
        package var oldest: Double?
        package var newest: Double?
        /// The name of the first letter.
        package var example: String
    }

    /// The maximum number of groups. Senders of messages choose the codes, so there could be any number.
    private static let limit = 1000
    /// The failure of the letters for which there is no group.
    private static let others = Failure(error: "others", code: "")

    private var groups: [Failure: Group] = [:]
    /// The number of letters.
    package private(set) var count = 0

    package init() {}

    package mutating func add(_ letter: DeadLetter) {
        count += 1
        let isKnown = groups[letter.failure] != nil || groups.count < Self.limit
        let failure = isKnown ? letter.failure : Self.others
        var group = groups[failure] ?? Group(failure: failure, example: letter.name)
        group.count += 1
        if let time = letter.time {
            group.oldest = min(group.oldest ?? time, time)
            group.newest = max(group.newest ?? time, time)
        }
        groups[failure] = group
    }

    /// The groups, the largest first.
    package var sorted: [Group] {
        groups.values.sorted { ($1.count, $0.failure.description) < ($0.count, $1.failure.description) }
    }
}
