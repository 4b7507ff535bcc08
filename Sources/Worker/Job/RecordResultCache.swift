// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Support

/// The final results of the records of messages that may be received again: because of other records of the same
/// message, or because their deletion was not confirmed.
///
/// Results are valid only for the next receive. A receive count that has grown by more than one shows that another
/// process had the message in between and may have changed the outputs. The cache saves work in this process; the
/// stamps of the outputs are what other processes and later runs rely on.
final class RecordResultCache: Sendable {
    fileprivate struct Entry {
        var receiveCount: Int
        var results: [Int: RecordResult]
    }

    fileprivate struct State {
        var entries: [String: Entry] = [:]
        /// The message ids of the entries, oldest first.
        var order: [String] = []
        var resultCount = 0
    }

    /// The largest number of results, of all messages together. A result takes about a kilobyte.
    private let capacity: Int
    private let state = Locked(State())

    init(capacity: Int = 4096) { self.capacity = capacity }

    /// Returns the result of a record from the last receive of its message.
    func result(ofRecord index: Int, of message: Message) -> RecordResult? {
        state.withLock { state in
            guard let entry = state.entries[message.messageID], message.receiveCount == entry.receiveCount + 1
            else { return nil }
            return entry.results[index]
        }
    }

    /// Keeps the final ones among the results of a message, which are in the order of its records.
    func keep(_ results: [RecordResult], of message: Message) {
        let final = results.enumerated().filter { $0.element.outcome.isFinal }.map { ($0.offset, $0.element) }
        state.withLock { state in
            state.remove(message.messageID)
            guard !final.isEmpty else { return }
            state.entries[message.messageID] = Entry(
                receiveCount: message.receiveCount, results: Dictionary(uniqueKeysWithValues: final))
            state.order.append(message.messageID)
            state.resultCount += final.count
            while state.resultCount > capacity, let oldest = state.order.first { state.remove(oldest) }
        }
    }
}

extension RecordResultCache.State {
    fileprivate mutating func remove(_ id: String) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        resultCount -= entry.results.count
        if let index = order.firstIndex(of: id) { order.remove(at: index) }
    }
}
