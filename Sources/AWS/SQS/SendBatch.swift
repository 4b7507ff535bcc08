// SPDX-License-Identifier: Apache-2.0

extension SQSClient {
    /// The maximum number of messages in one receive, and of entries in one batch request (Amazon SQS Developer Guide,
    /// quotas).
    package static let batchLimit = 10

    /// Sends the request of a batch operation. The ids of the entries must be their indices, because the same message
    /// id can occur twice in a batch when a message was received twice.
    ///
    /// - Parameter entries: 1...10 entries.
    /// - Returns: the failures of entries. An entry that the response does not contain counts as failed.
    /// - Throws: `AWSError` when the call as a whole failed.
    func sendBatch(
        _ operation: String, _ entries: [some Encodable]
    ) async throws(AWSError) -> [BatchFailure] {
        precondition((1...Self.batchLimit).contains(entries.count), "a batch has 1...10 entries")
        let (output, secrets): (BatchOutput, Redaction) = try await exchange(
            operation, BatchInput(QueueUrl: queueURL, Entries: entries))
        return output.failures(of: entries.count, hiding: secrets)
    }
}

private struct BatchInput<Entry: Encodable>: Encodable {
    var QueueUrl: String
    var Entries: [Entry]
}

private struct BatchOutput: Decodable {
    var Successful: [Entry]?
    var Failed: [FailedEntry]?

    struct Entry: Decodable {
        var Id: String
    }

    struct FailedEntry: Decodable {
        var Id: String
        var SenderFault: Bool?
        var Code: String?
        var Message: String?
    }

    func failures(of count: Int, hiding secrets: Redaction) -> [BatchFailure] {
        var results: [Int: BatchFailure?] = [:]
        for entry in Successful ?? [] { if let index = Int(entry.Id) { results[index] = .some(nil) } }
        for entry in Failed ?? [] {
            guard let index = Int(entry.Id) else { continue }
            results[index] = BatchFailure(
                index: index, code: secrets.clean(entry.Code ?? "Unknown"),
                message: secrets.clean(entry.Message ?? ""),
                isSenderFault: entry.SenderFault ?? false)
        }
        return (0..<count).compactMap { index in
            guard let result = results[index] else {
                return BatchFailure(
                    index: index, code: "NotAnswered", message: "the response does not mention this entry",
                    isSenderFault: false)
            }
            return result
        }
    }
}
