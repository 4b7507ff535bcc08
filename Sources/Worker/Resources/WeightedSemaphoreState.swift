// SPDX-License-Identifier: Apache-2.0

/// The state of a weighted semaphore: the number of permits in use and the queue of waiting requests.
///
/// Requests are granted in their order, except that a request for free permits can overtake larger ones that must wait.
/// Each request is overtaken at most `maxOvertakes` times. Therefore a large picture does not delay small ones, and
/// small ones delay a large one only for a limited time.
struct WeightedSemaphoreState: Sendable {
    /// A request whose permits have been granted.
    struct Grant: Sendable, Equatable {
        var id: UInt64
        var amount: Int
    }

    private struct Request: Sendable {
        var id: UInt64
        var amount: Int
        var overtakes = 0
    }

    /// The maximum number of later requests that overtake a waiting one.
    static let maxOvertakes = 16

    /// The total number of permits.
    private(set) var permits: Int
    /// The number of permits in use, which exceeds `permits` after a reduction until enough are released.
    private(set) var used = 0
    private var queue: [Request] = []

    init(permits: Int) {
        precondition(permits > 0, "a semaphore has permits")
        self.permits = permits
    }

    /// The number of waiting requests.
    var waiting: Int { queue.count }

    /// Adds a request, and returns the requests that are granted. A request for more than the total number is granted
    /// all permits.
    mutating func acquire(_ id: UInt64, _ amount: Int) -> [Grant] {
        queue.append(Request(id: id, amount: max(0, amount)))
        return grants()
    }

    /// Releases `amount` permits, and returns the requests that are granted.
    mutating func release(_ amount: Int) -> [Grant] {
        used -= amount
        precondition(used >= 0, "more permits are released than were acquired")
        return grants()
    }

    /// Changes the total number of permits, and returns the requests that are granted. Earlier grants are not affected.
    mutating func resize(to permits: Int) -> [Grant] {
        precondition(permits > 0, "a semaphore has permits")
        self.permits = permits
        return grants()
    }

    /// Removes a waiting request, and returns the requests that are granted as a consequence.
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
