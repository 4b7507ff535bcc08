// SPDX-License-Identifier: Apache-2.0

/// A set with the identifiers of the messages that were inserted last.
struct RecentMessages: Sendable {
    private let capacity: Int
    private var ids: Set<String> = []
    /// The identifiers, beginning with the oldest.
    private var order: [String] = []

    init(capacity: Int = 1000) { self.capacity = capacity }

    func contains(_ id: String) -> Bool { ids.contains(id) }

    /// Adds an identifier. The oldest one is removed when there are more than `capacity`.
    mutating func insert(_ id: String) {
        guard ids.insert(id).inserted else { return }
        order.append(id)
        if order.count > capacity { ids.remove(order.removeFirst()) }
    }
}
