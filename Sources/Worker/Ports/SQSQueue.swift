// SPDX-License-Identifier: Apache-2.0

package import AWS
internal import FoundationEssentials

/// SQS as the worker's queue.
package struct SQSQueue: MessageQueue {
    private let client: SQSClient

    package init(_ client: SQSClient) { self.client = client }

    package var deadline: Duration { client.deadline }

    package func receive(_ count: Int, wait: Duration, visibility: Duration) async throws -> [Delivery] {
        do {
            let messages = try await client.receive(maxMessages: count, wait: wait, visibility: visibility)
            let now = Date().timeIntervalSince1970
            return messages.map { message in
                Delivery(
                    messageID: message.messageID, handle: message.receiptHandle, body: message.body,
                    receiveCount: message.receiveCount,
                    age: message.sentAt.map { .milliseconds(Int64(max(0, min(now - $0, 1e9)) * 1000)) })
            }
        } catch {
            throw WorkerError.thrown(for: error, side: .queue)
        }
    }

    package func delete(_ handles: [String]) async throws -> [Refusal] {
        do {
            return try await client.delete(handles).map(Refusal.init)
        } catch {
            throw WorkerError.thrown(for: error, side: .queue)
        }
    }

    package func changeVisibility(_ changes: [VisibilityChange]) async throws -> [Refusal] {
        do {
            return try await client.changeVisibility(
                changes.map { AWS.VisibilityChange(receiptHandle: $0.handle, timeout: $0.timeout) }
            ).map(Refusal.init)
        } catch {
            throw WorkerError.thrown(for: error, side: .queue)
        }
    }
}

extension Refusal {
    /// The queue refuses a handle for good with the sender's fault: unknown, expired, or the message not in
    /// flight. What is wrong in a whole batch, as its size, is an error of the call and never of an entry.
    fileprivate init(_ failure: BatchFailure) {
        let isLoss =
            switch failure.kind {
            case .receiptHandleInvalid, .messageNotInFlight: true
            case .throttled, .server, .timedOut, .network: false
            default: failure.isSenderFault
            }
        self.init(index: failure.index, code: failure.code, isLoss: isLoss)
    }
}

/// Another queue as quarantine: each record becomes a message.
package struct QueueQuarantine: Quarantine {
    private let client: SQSClient
    private let queueURL: String

    package init(_ client: SQSClient, queueURL: String) {
        self.client = client
        self.queueURL = queueURL
    }

    /// SQS takes messages of 1 MiB at most (quotas of the SQS Developer Guide).
    private static let largestLetter = 1 << 20
    /// Of a body that does not fit: whatever its bytes become in JSON, six for one at most, this does.
    private static let excerpt = 16 << 10

    package func store(_ record: QuarantineRecord, id: String) async throws {
        do {
            let letter = try record.json()
            guard letter.utf8.count <= Self.largestLetter else { return try await sendExcerpt(of: record) }
            do {
                _ = try await client.send(letter, to: queueURL)
            } catch let error where error.code == "InvalidParameterValue" {
                // A queue may be set to take less.
                try await sendExcerpt(of: record)
            }
        } catch let error as AWSError {
            // Something of ours that is written, as outputs are.
            throw WorkerError.thrown(for: error, side: .output)
        }
    }

    private func sendExcerpt(of record: QuarantineRecord) async throws {
        _ = try await client.send(try record.cut(to: Self.excerpt).json(), to: queueURL)
    }
}
