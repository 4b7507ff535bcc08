// SPDX-License-Identifier: Apache-2.0

/// Who gets how much of a limited amount, in which order. Pure: answers with the requests that are granted.
///
/// First come, first served, except that a request that fits may pass larger ones that do not, a limited number
/// of times each. So one 100 MB picture does not hold up small ones, and is not held up by them for ever.
struct Ledger: Sendable {
    private struct Request: Sendable {
        var id: UInt64
        var amount: Int
        var passed = 0
    }

    /// How often a request may be passed before nobody passes it.
    static let patience = 16

    let capacity: Int
    private(set) var used = 0
    private var waiting: [Request] = []

    init(capacity: Int) {
        precondition(capacity > 0, "a ledger has something to give")
        self.capacity = capacity
    }

    var waitingCount: Int { waiting.count }

    /// What is asked for beyond the capacity is granted as the whole capacity: such a request is served alone.
    func clamped(_ amount: Int) -> Int { min(max(0, amount), capacity) }

    mutating func request(_ id: UInt64, _ amount: Int) -> [UInt64] {
        waiting.append(Request(id: id, amount: clamped(amount)))
        return grant()
    }

    /// `amount` as it was granted.
    mutating func giveBack(_ amount: Int) -> [UInt64] {
        used -= amount
        precondition(used >= 0, "more given back than granted")
        return grant()
    }

    /// Forgets a request that is still waiting. Others may be granted in its place.
    mutating func withdraw(_ id: UInt64) -> [UInt64] {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return [] }
        waiting.remove(at: index)
        return grant()
    }

    private mutating func grant() -> [UInt64] {
        var granted: [UInt64] = []
        var index = 0
        while index < waiting.count {
            if waiting[index].amount <= capacity - used {
                let request = waiting.remove(at: index)
                used += request.amount
                granted.append(request.id)
                for passed in 0..<index { waiting[passed].passed += 1 }
            } else if waiting[index].passed >= Self.patience {
                break
            } else {
                index += 1
            }
        }
        return granted
    }
}
