// SPDX-License-Identifier: Apache-2.0

import AWS
import Scripted
import Support
import Worker

/// The queue as one process sees it: visibility timeouts, receive counts, partial failures of batches, duplicates. Only
/// the latest receipt handle of a message deletes it.
struct FakeQueue: MessageQueue {
    let connection: FakeConnection
    private var cloud: FakeCloud { connection.cloud }

    init(_ connection: FakeConnection) { self.connection = connection }

    var deadline: Duration { .seconds(50) }

    func receive(maxMessages: Int, wait: Duration, visibility: Duration) async throws -> [Message] {
        let deadline = cloud.clock.now + wait
        cloud.state.withLock { $0.receiveCalls += 1 }
        while true {
            let got = try await connection.call(.receive) { take(maxMessages, visibility) }
            if !got.isEmpty || cloud.clock.now >= deadline || cloud.faults.answersEmptyPollsAtOnce {
                return got
            }
            // A queue with many consumers does not look for messages more than twice a second.
            let next = max(cloud.clock.now + .milliseconds(500), cloud.nextVisible ?? deadline)
            try await cloud.arrivals.wait(until: min(deadline, next))
        }
    }

    private func take(_ count: Int, _ visibility: Duration) -> [Message] {
        let now = cloud.clock.now
        let duplicate = cloud.faults.duplicate
        return cloud.state.withLock { state in
            var got: [Message] = []
            let visible = state.messages.indices.filter {
                !state.messages[$0].isDeleted && state.messages[$0].visibleAt <= now
            }
            for index in visible.shuffled(using: &state.random).prefix(count) {
                state.lastHandle += 1
                state.messages[index].handle = "h\(state.lastHandle)"
                state.messages[index].holder = connection.process
                state.messages[index].receiveCount += 1
                let isTwice =
                    !state.faultsAreOver && Double.random(in: 0..<1, using: &state.random) < duplicate
                if isTwice { cloud.log.note(.duplicate) }
                cloud.log.add("p\(connection.process) receives \(state.messages[index].id)")
                state.messages[index].visibleAt = isTwice ? now + .milliseconds(50) : now + visibility
                let message = state.messages[index]
                got.append(
                    Message(
                        messageID: message.id, receiptHandle: message.handle, body: message.body,
                        receiveCount: message.receiveCount, sentAt: message.sentAt,
                        attributes: message.attributes, traceHeader: message.traceHeader))
            }
            return got
        }
    }

    func delete(_ handles: [String]) async throws -> [BatchFailure] {
        let answer = try await connection.call(.delete) {
            handles.enumerated().compactMap { index, handle -> BatchFailure? in
                if cloud.chance(cloud.faults.refusal) {
                    cloud.log.note(.refusal)
                    return BatchFailure(
                        index: index, code: "InternalError", message: "", isSenderFault: false)
                }
                let now = cloud.clock.now
                return cloud.state.withLock { state -> BatchFailure? in
                    // SQS accepts an old receipt handle without an effect.
                    guard let found = state.messages.firstIndex(where: { $0.handle == handle }),
                        !state.messages[found].isDeleted
                    else { return nil }
                    if cloud.faults.brokenPart == .deletes, state.messages[found].receiveCount > 1 {
                        return nil
                    }
                    cloud.log.add("\(state.messages[found].id) is deleted")
                    state.messages[found].endings += cloud.checkDeletion(
                        state.messages[found], &state, now: now)
                    state.messages[found].isDeleted = true
                    return nil
                }
            }
        }
        let refused = Set(answer.map(\.index))
        cloud.state.withLock { state in
            for (index, handle) in handles.enumerated() where !refused.contains(index) {
                state.deletedHandles.insert(handle)
            }
        }
        return cloud.faults.brokenPart == .batchFailures ? [] : answer
    }

    func changeVisibility(_ changes: [VisibilityChange]) async throws -> [BatchFailure] {
        for change in changes where cloud.state.withLock({ $0.deletedHandles.contains(change.receiptHandle) })
        {
            cloud.reportViolation("\(change.receiptHandle) is in a call after its delete was confirmed")
        }
        return try await connection.call(.changeVisibility) {
            guard cloud.faults.brokenPart != .heartbeats else { return [] }
            return changes.enumerated().compactMap { index, change -> BatchFailure? in
                if cloud.chance(cloud.faults.refusal) {
                    cloud.log.note(.refusal)
                    return BatchFailure(
                        index: index, code: "InternalError", message: "", isSenderFault: false)
                }
                let now = cloud.clock.now
                return cloud.state.withLock { state -> BatchFailure? in
                    guard
                        let found = state.messages.firstIndex(where: {
                            $0.handle == change.receiptHandle && !$0.isDeleted && $0.visibleAt > now
                        })
                    else {
                        return BatchFailure(
                            index: index, code: "MessageNotInflight", message: "", isSenderFault: true)
                    }
                    state.messages[found].visibleAt = now + change.timeout
                    return nil
                }
            }
        }
    }
}
