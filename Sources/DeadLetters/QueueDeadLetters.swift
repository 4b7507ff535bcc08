// SPDX-License-Identifier: Apache-2.0

import AWS
import Support
package import Worker

/// The dead letters in a queue.
///
/// SQS cannot list a queue, so the messages are received, and are hidden from others until `close`. When the process is
/// killed, they become visible again after a short time. A receive by one process and another process at the same time
/// gives each of them a part of the messages.
package struct QueueDeadLetters: DeadLetterStore {
    /// The default maximum number of messages that are hidden at the same time. SQS permits 120,000 messages in flight
    /// in a standard queue, and 20,000 in a FIFO queue (SQS Developer Guide, quotas).
    package static let limit = 100_000
    package static let limitOfFIFO = 19_000

    /// The shortest time for which a message is hidden.
    private static let visibility = Duration.seconds(30)
    private static let maximumVisibility = Duration.seconds(43_200)
    /// The wait time of a receive. A long poll asks all servers of SQS, so that an empty response shows an empty queue.
    private static let wait = Duration.seconds(1)

    private let queue: any MessageQueue
    private let limit: Int
    private let begin = ContinuousClock.now
    /// The latest receipt handles of the messages that are hidden, by their ids.
    private var held: [String: String] = [:]
    private var removed: Set<String> = []
    private var batch: [String] = []
    private var received = ContinuousClock.now
    private var visibility = Self.visibility
    private var receivesWithoutNews = 0
    private var isAtEnd = false
    package private(set) var isIncomplete = false
    package let otherObjects = 0

    /// Makes the letters of a queue.
    ///
    /// - Parameter limit: the maximum number of messages that are hidden at the same time.
    package init(_ queue: any MessageQueue, limit: Int = QueueDeadLetters.limit) {
        self.queue = queue
        self.limit = limit
    }

    package mutating func next() async throws -> [DeadLetter] {
        batch = []
        while !isAtEnd {
            guard held.count < limit, receivesWithoutNews < 5 + held.count / SQSClient.batchLimit else {
                (isIncomplete, isAtEnd) = (true, true)
                break
            }
            // A message that is received again was hidden for too short a time. The time grows with that of the
            // reading, so that in the end all are hidden.
            let elapsed = Int(begin.duration(to: .now).components.seconds)
            visibility = min(max(Self.visibility, .seconds(2 * elapsed)), Self.maximumVisibility)
            received = .now
            let messages = try await queue.receive(
                maxMessages: SQSClient.batchLimit, wait: Self.wait, visibility: visibility)
            guard !messages.isEmpty else {
                isAtEnd = true
                break
            }
            var letters: [DeadLetter] = []
            var undead: [String] = []
            for message in messages {
                if removed.contains(message.messageID) {
                    undead.append(message.receiptHandle)
                } else if held.updateValue(message.receiptHandle, forKey: message.messageID) == nil {
                    letters.append(
                        DeadLetter(
                            id: message.messageID, body: message.body, attributes: message.attributes,
                            traceHeader: message.traceHeader, time: message.sentAt,
                            isMoved: message.isMoved))
                }
            }
            // A standard queue can deliver a message after its deletion. It is deleted again, and never sent again.
            if !undead.isEmpty { _ = try await queue.delete(undead) }
            receivesWithoutNews = letters.isEmpty ? receivesWithoutNews + 1 : 0
            guard letters.isEmpty else {
                batch = letters.map(\.id)
                return letters
            }
        }
        return []
    }

    package mutating func renew() async {
        guard received.duration(to: .now) > visibility / 3 else { return }
        let handles = batch.compactMap { held[$0] }
        guard !handles.isEmpty else { return }
        received = .now
        // A message that becomes visible too early can be sent twice and is never lost.
        _ = try? await queue.changeVisibility(
            handles.map { VisibilityChange(receiptHandle: $0, timeout: visibility) })
    }

    package mutating func remove(_ ids: [String]) async throws -> [String: String] {
        var handles: [(id: String, handle: String)] = []
        for id in ids { if let handle = held[id] { handles.append((id, handle)) } }
        guard !handles.isEmpty else { return [:] }
        var failed: [String: String] = [:]
        for failure in try await queue.delete(handles.map(\.handle)) {
            failed[handles[failure.index].id] = failure.code
        }
        for (id, _) in handles where failed[id] == nil {
            held[id] = nil
            removed.insert(id)
        }
        return failed
    }

    package mutating func close() async {
        isAtEnd = true
        let changes = held.values.map { VisibilityChange(receiptHandle: $0, timeout: .zero) }
        held = [:]
        await withTaskGroup(of: Void.self) { group in
            for (index, start) in stride(from: 0, to: changes.count, by: SQSClient.batchLimit).enumerated() {
                if index >= Self.concurrency { await group.next() }
                let part = Array(changes[start..<min(start + SQSClient.batchLimit, changes.count)])
                group.addTask { [queue] in
                    // A message that cannot be made visible now becomes visible when its timeout ends.
                    _ = try? await queue.changeVisibility(part)
                }
            }
        }
    }

    /// The number of simultaneous requests.
    private static let concurrency = 8
}
