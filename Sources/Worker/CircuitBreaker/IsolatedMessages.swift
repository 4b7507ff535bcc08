// SPDX-License-Identifier: Apache-2.0

/// The identifiers of the messages that were isolated last. Their objects fail again when they are received again.
struct IsolatedMessages: Sendable {
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
