// SPDX-License-Identifier: Apache-2.0

internal import Locking

/// How one record of a message ended, and what it went through.
struct Verdict: Sendable {
    var outcome: Outcome
    var tale: Tale
    /// It has been told and counted, and its reason is stored if it has one to store.
    var isConcluded: Bool
}

/// What is already settled about the records of a message that has to come again because of others of its
/// records. A convenience of this process: what is durable stands in the stamps of the outputs.
final class Checkpoints: Sendable {
    private struct State {
        var messages: [String: [Int: Verdict]] = [:]
        /// Message ids, oldest first.
        var order: [String] = []
    }

    private let capacity: Int
    private let state = Locked(State())

    init(capacity: Int = 1000) { self.capacity = capacity }

    func verdict(on record: Int, of messageID: String) -> Verdict? {
        state.withLock { $0.messages[messageID]?[record] }
    }

    /// Keeps those that are final, in the order of the records.
    func keep(_ verdicts: [Verdict], of messageID: String) {
        let final = Dictionary(
            uniqueKeysWithValues: verdicts.enumerated().filter { $0.element.outcome.isFinal }.map { ($0, $1) }
        )
        guard !final.isEmpty else { return }
        let capacity = capacity
        state.withLock { state in
            if state.messages.updateValue(final, forKey: messageID) == nil { state.order.append(messageID) }
            if state.order.count > capacity { state.messages[state.order.removeFirst()] = nil }
        }
    }

    func drop(_ messageID: String) {
        state.withLock { state in
            guard state.messages.removeValue(forKey: messageID) != nil else { return }
            state.order.removeAll { $0 == messageID }
        }
    }
}
