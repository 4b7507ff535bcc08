// SPDX-License-Identifier: Apache-2.0

/// Who gets how much of a limited amount, in which order. Pure: answers with what is granted.
///
/// First come, first served, except that a request that fits may pass larger ones that do not, a limited number
/// of times each. So one 100 MB picture does not hold up small ones, and is not held up by them for ever.
struct WeightedSemaphoreState: Sendable {
    struct Grant: Sendable, Equatable {
        var id: UInt64
        var amount: Int
    }

    private struct Request: Sendable {
        var id: UInt64
        var amount: Int
        var overtaken = 0
    }

    /// How often a request may be passed before nobody passes it.
    static let maxOvertakes = 16

    private(set) var capacity: Int
    /// More than the capacity while it has become smaller than what was granted before.
    private(set) var used = 0
    private var waiting: [Request] = []

    init(capacity: Int) {
        precondition(capacity > 0, "a ledger has something to give")
        self.capacity = capacity
    }

    var waitingCount: Int { waiting.count }

    /// What is asked for beyond the capacity is granted as the whole capacity: such a request is served alone.
    mutating func request(_ id: UInt64, _ amount: Int) -> [Grant] {
        waiting.append(Request(id: id, amount: max(0, amount)))
        return grant()
    }

    /// From now on there is so much to give. What has been granted stays granted.
    mutating func resize(to capacity: Int) -> [Grant] {
        precondition(capacity > 0, "a ledger has something to give")
        self.capacity = capacity
        return grant()
    }

    /// `amount` as it was granted.
    mutating func release(_ amount: Int) -> [Grant] {
        used -= amount
        precondition(used >= 0, "more given back than granted")
        return grant()
    }

    /// Forgets a request that is still waiting. Others may be granted in its place.
    mutating func withdraw(_ id: UInt64) -> [Grant] {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return [] }
        waiting.remove(at: index)
        return grant()
    }

    private mutating func grant() -> [Grant] {
        var granted: [Grant] = []
        var index = 0
        while index < waiting.count {
            let amount = min(waiting[index].amount, capacity)
            if amount <= capacity - used {
                let request = waiting.remove(at: index)
                used += amount
                granted.append(Grant(id: request.id, amount: amount))
                for overtaken in 0..<index { waiting[overtaken].overtaken += 1 }
            } else if waiting[index].overtaken >= Self.maxOvertakes {
                break
            } else {
                index += 1
            }
        }
        return granted
    }
}
