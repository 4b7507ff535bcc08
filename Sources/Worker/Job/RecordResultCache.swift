// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Support

/// The cache of the final results of records whose messages can be received again, because of other records of the same
/// message or because the deletion was not confirmed.
///
/// Results are valid only for the next receive of a message. A receive count that has risen by more than one shows that
/// another process received the message in between and can have changed the outputs. The cache only saves work in this
/// process; the correctness depends on the stamps of the outputs.
final class RecordResultCache: Sendable {
    fileprivate struct Entry {
        var receiveCount: Int
        var results: [Int: RecordResult]
        /// The approximate memory of the entry in bytes.
        var bytes: Int
    }

    fileprivate struct State {
        var entries: [String: Entry] = [:]
        /// The message ids of the entries, beginning with the oldest.
        var order: [String] = []
        var resultCount = 0
        var bytes = 0
    }

    /// The maximum number of results of all messages together.
    private let capacity: Int
    /// The maximum memory of all results together in bytes. The texts of a result have up to 7 KB.
    private let maximumBytes: Int
    private let state = Locked(State())

    init(capacity: Int = 4096, maximumBytes: Int = 4 << 20) {
        self.capacity = capacity
        self.maximumBytes = maximumBytes
    }

    /// The approximate memory of all results in bytes.
    var bytes: Int { state.withLock { $0.bytes } }

    /// Returns the result of a record from the previous receive of its message; nil when there is none.
    func result(ofRecord index: Int, of message: Message) -> RecordResult? {
        state.withLock { state in
            // The receive count comes from the queue and can be any number.
            guard let entry = state.entries[message.messageID],
                message.receiveCount.subtractingReportingOverflow(entry.receiveCount) == (1, false)
            else { return nil }
            return entry.results[index]
        }
    }

    /// Stores the final results among `results`, which are in the order of the records of the message.
    func keep(_ results: [RecordResult], of message: Message) {
        let final = results.enumerated().filter { $0.element.outcome.isFinal }.map { ($0.offset, $0.element) }
        state.withLock { state in
            state.remove(message.messageID)
            guard !final.isEmpty else { return }
            // The message id is stored twice.
            let bytes = final.reduce(2 * message.messageID.utf8.count) { $0 + $1.1.bytes }
            state.entries[message.messageID] = Entry(
                receiveCount: message.receiveCount, results: Dictionary(uniqueKeysWithValues: final),
                bytes: bytes)
            state.order.append(message.messageID)
            state.resultCount += final.count
            state.bytes += bytes
            while state.resultCount > capacity || state.bytes > maximumBytes, let oldest = state.order.first {
                state.remove(oldest)
            }
        }
    }
}

extension RecordResultCache.State {
    fileprivate mutating func remove(_ id: String) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        resultCount -= entry.results.count
        bytes -= entry.bytes
        if let index = order.firstIndex(of: id) { order.remove(at: index) }
    }
}
