// SPDX-License-Identifier: Apache-2.0

package import AWS
import FoundationEssentials
package import Worker

/// The reader of the failures in the quarantine.
package enum SetAsideReader {
    /// The maximum size of a quarantine record in bytes: the body of a message, of which each byte can become six bytes
    /// in JSON, and 64 KiB of other fields.
    private static let recordBytes = 7 << 20
    /// The time for which messages of the dead-letter queue are hidden while they are read. It is short, so that an
    /// audit that follows a killed one finds them.
    private static let visibility = Duration.seconds(15)

    /// Reads the quarantine records under a prefix of a bucket.
    ///
    /// - Returns: the index, and the number of objects that are no quarantine records.
    /// - Throws: `AWSError`.
    package static func read(
        bucket: String, prefix: String, from client: S3Client, quarantine: any Quarantine
    ) async throws(AWSError) -> (index: SetAsideIndex, unreadable: Int) {
        var index = SetAsideIndex(quarantine: quarantine)
        var unreadable = 0
        var after: String?
        while !index.isFull {
            let page = try await client.list(bucket, prefix: prefix, after: after)
            for object in page.objects where object.key.hasSuffix(".json") && !index.isFull {
                let name = ObjectReference(bucket: bucket, key: object.key)
                do throws(AWSError) {
                    let bytes = try await client.get(name, maximumBytes: recordBytes).bytes
                    if let record = record(bytes) { index.add(record) } else { unreadable += 1 }
                } catch  where error.kind == .noSuchKey || error.kind == .tooLarge {
                    unreadable += 1
                }
            }
            after = page.objects.last?.key
            if page.isLast { break }
        }
        return (index, unreadable)
    }

    /// Reads the quarantine records in a dead-letter queue, and makes the messages visible again.
    ///
    /// A message that the redrive policy of the source queue has moved is none, so its failure is not known. The
    /// messages are hidden for up to 15 seconds when the process is killed.
    ///
    /// - Returns: the index, and the number of messages that are no quarantine records.
    /// - Throws: `AWSError`.
    package static func read(
        _ queue: SQSClient
    ) async throws(AWSError) -> (index: SetAsideIndex, unreadable: Int) {
        var index = SetAsideIndex()
        var unreadable = 0
        var handles: [String] = []
        var seen: Set<String> = []
        var failure: AWSError?
        var (hasMore, receivesWithoutNews) = (true, 0)
        do throws(AWSError) {
            // A long poll asks all servers of SQS, so that an empty response shows an empty queue. Messages that are
            // received again were hidden for too short a time.
            while hasMore, receivesWithoutNews < 5, handles.count < SetAsideIndex.limit {
                let messages = try await queue.receive(
                    maxMessages: SQSClient.batchLimit, wait: .seconds(1), visibility: visibility)
                hasMore = !messages.isEmpty
                receivesWithoutNews += 1
                for message in messages {
                    handles.append(message.receiptHandle)
                    guard seen.insert(message.messageID).inserted else { continue }
                    receivesWithoutNews = 0
                    if let record = record(Array(message.body.utf8)) {
                        index.add(record)
                    } else {
                        unreadable += 1
                    }
                }
            }
        } catch {
            failure = error
        }
        for start in stride(from: 0, to: handles.count, by: SQSClient.batchLimit) {
            let batch = handles[start..<min(start + SQSClient.batchLimit, handles.count)]
            // A message that cannot be made visible now becomes visible when its timeout ends.
            _ = try? await queue.changeVisibility(
                batch.map { VisibilityChange(receiptHandle: $0, timeout: .zero) })
        }
        if let failure { throw failure }
        return (index, unreadable)
    }

    private static func record(_ json: [UInt8]) -> QuarantineRecord? {
        try? JSONDecoder().decode(QuarantineRecord.self, from: Data(json))
    }
}
