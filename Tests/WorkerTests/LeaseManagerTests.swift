// SPDX-License-Identifier: Apache-2.0

import AWS
import CAllocationCount
import Logging
import Testing

@testable import Worker

/// The memory of a lease manager that runs for a long time.
@Suite struct LeaseManagerTests {
    /// A queue whose calls succeed at once.
    private struct PromptQueue: MessageQueue {
        var deadline: Duration { .seconds(1) }

        func receive(maxMessages: Int, wait: Duration, visibility: Duration) async throws -> [Message] { [] }
        func delete(_ receiptHandles: [String]) async throws -> [BatchFailure] { [] }
        func changeVisibility(_ changes: [VisibilityChange]) async throws -> [BatchFailure] { [] }
    }

    /// Deletes messages, each by a call of its own, and returns when the last one is deleted.
    private func delete(_ count: Int, with manager: LeaseManager) async throws {
        for number in 0..<count {
            let message = Message(
                messageID: "\(number)", receiptHandle: "handle", body: "", receiveCount: 1, sentAt: nil)
            let (id, _) = try #require(manager.register(message, requestedAt: SystemWorkerClock().now))
            manager.settle(id, .delete)
            while manager.count > 0 { await Task.yield() }
        }
    }

    @Test(.timeLimit(.minutes(5)), .enabled(if: allocation_count_works()))
    func `calls that have ended keep no memory`() async throws {
        var options = WorkerOptions()
        options.deleteBatchDelayMilliseconds = 0
        let log = WorkerLog(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let manager = LeaseManager(
            queue: PromptQueue(), clock: SystemWorkerClock(), options: options, metrics: WorkerMetrics(),
            log: log)
        let running = Task { await manager.run() }
        try await delete(100, with: manager)
        // Other tests of the process allocate memory as well, but not in each of these rounds.
        var growths: [Int64] = []
        for _ in 0..<6 {
            let before = allocation_total()
            try await delete(1000, with: manager)
            growths.append(allocation_total() - before)
        }
        running.cancel()
        let least = try #require(growths.min())
        #expect(least < 100_000, "bytes for 1,000 calls: \(growths)")
    }
}
