// SPDX-License-Identifier: Apache-2.0

/// The pure state of a weighted semaphore: the permits in use and the queue of those who wait for some.
///
/// Requests are granted in their order, except that a request that fits may overtake larger ones that do not. Each
/// request is overtaken at most `maxOvertakes` times. So a large picture does not hold up small ones, and small ones
/// do not hold up a large one for ever.
struct WeightedSemaphoreState: Sendable {
    /// A request that has got its permits.
    struct Grant: Sendable, Equatable {
        var id: UInt64
        var amount: Int
    }

    private struct Request: Sendable {
        var id: UInt64
        var amount: Int
        var overtakes = 0
    }

    /// The number of times that later requests may overtake a waiting one.
    static let maxOvertakes = 16

    /// The number of permits in all.
    private(set) var permits: Int
    /// The number of permits in use, which exceeds `permits` after a reduction until enough are released.
    private(set) var used = 0
    private var queue: [Request] = []

    init(permits: Int) {
        precondition(permits > 0, "a semaphore has permits")
        self.permits = permits
    }

    /// The number of requests that wait.
    var waiting: Int { queue.count }

    /// Adds a request. A request for more than all permits is granted all of them.
    mutating func acquire(_ id: UInt64, _ amount: Int) -> [Grant] {
        queue.append(Request(id: id, amount: max(0, amount)))
        return grants()
    }

    /// Releases permits of a grant.
    mutating func release(_ amount: Int) -> [Grant] {
        used -= amount
        precondition(used >= 0, "more permits are released than were acquired")
        return grants()
    }

    /// Changes the number of permits. Earlier grants keep theirs.
    mutating func resize(to permits: Int) -> [Grant] {
        precondition(permits > 0, "a semaphore has permits")
        self.permits = permits
        return grants()
    }

    /// Removes a request that is still waiting, which may let others through.
    mutating func cancel(_ id: UInt64) -> [Grant] {
        guard let index = queue.firstIndex(where: { $0.id == id }) else { return [] }
        queue.remove(at: index)
        return grants()
    }

    private mutating func grants() -> [Grant] {
        var granted: [Grant] = []
        var index = 0
        while index < queue.count {
            let amount = min(queue[index].amount, permits)
            if amount <= permits - used {
                let request = queue.remove(at: index)
                used += amount
                granted.append(Grant(id: request.id, amount: amount))
                for overtaken in 0..<index { queue[overtaken].overtakes += 1 }
            } else if queue[index].overtakes >= Self.maxOvertakes {
                break
            } else {
                index += 1
            }
        }
        return granted
    }
}
