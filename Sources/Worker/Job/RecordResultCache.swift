// SPDX-License-Identifier: Apache-2.0

internal import Support

/// How one record of a message ended, and what it went through.
struct RecordResult: Sendable {
    var outcome: Outcome
    var trace: RecordTrace
    /// It has been told and counted, and its reason is stored if it has one to store.
    var isConcluded: Bool
}

/// What is already settled about the records of a message that comes again, because of others of its records or
/// because its deletion was not heard. It holds if nobody else had the message in between, as the receive count tells:
/// whoever had it may have written. A convenience of this process: what is durable stands in the stamps of the outputs.
final class RecordResultCache: Sendable {
    fileprivate struct Message {
        var receiveCount: Int
        var verdicts: [Int: RecordResult]
    }

    fileprivate struct State {
        var messages: [String: Message] = [:]
        /// Message ids, oldest first.
        var order: [String] = []
        var verdictCount = 0
    }

    /// Most verdicts that are kept, of all messages together; each takes about a kilobyte.
    private let capacity: Int
    private let state = Locked(State())

    init(capacity: Int = 4096) { self.capacity = capacity }

    func verdict(on record: Int, of delivery: Delivery) -> RecordResult? {
        state.withLock { state in
            guard let message = state.messages[delivery.messageID],
                delivery.receiveCount == message.receiveCount + 1
            else { return nil }
            return message.verdicts[record]
        }
    }

    /// Keeps those that are final, in the order of the records.
    func keep(_ verdicts: [RecordResult], of delivery: Delivery) {
        let final = Dictionary(
            uniqueKeysWithValues: verdicts.enumerated().filter { $0.element.outcome.isFinal }.map { ($0, $1) }
        )
        let id = delivery.messageID
        state.withLock { state in
            state.forget(id)
            guard !final.isEmpty else { return }
            state.messages[id] = Message(receiveCount: delivery.receiveCount, verdicts: final)
            state.order.append(id)
            state.verdictCount += final.count
            while state.verdictCount > capacity, let oldest = state.order.first { state.forget(oldest) }
        }
    }
}

extension RecordResultCache.State {
    fileprivate mutating func forget(_ id: String) {
        guard let message = messages.removeValue(forKey: id) else { return }
        verdictCount -= message.verdicts.count
        if let index = order.firstIndex(of: id) { order.remove(at: index) }
    }
}
