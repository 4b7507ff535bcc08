// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The adapter through which the worker uses an SQS queue as its `MessageQueue`.
package struct SQSQueue: MessageQueue {
    private let client: SQSClient

    package init(_ client: SQSClient) { self.client = client }

    package var deadline: Duration { client.deadline }

    package func receive(_ count: Int, wait: Duration, visibility: Duration) async throws -> [Message] {
        do {
            return try await client.receive(maxMessages: count, wait: wait, visibility: visibility)
        } catch {
            throw WorkerError.thrown(for: error, side: .queue)
        }
    }

    package func delete(_ receiptHandles: [String]) async throws -> [BatchFailure] {
        do {
            return try await client.delete(receiptHandles)
        } catch {
            throw WorkerError.thrown(for: error, side: .queue)
        }
    }

    package func changeVisibility(_ changes: [VisibilityChange]) async throws -> [BatchFailure] {
        do {
            return try await client.changeVisibility(changes)
        } catch {
            throw WorkerError.thrown(for: error, side: .queue)
        }
    }
}
