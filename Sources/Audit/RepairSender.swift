// SPDX-License-Identifier: Apache-2.0

import AWS
import Support
import Worker

/// The sender of the events of a repair, in batches of ten at a limited rate.
struct RepairSender {
    private let queue: any MessageSender
    private let bucket: String
    private let region: String
    /// The maximum number of events a second, 1 or more.
    private let rate: Int
    private var pace = Pace()

    /// Makes a sender of the events of `bucket`.
    ///
    /// - Parameter rate: the maximum number of events a second, 1 or more.
    init(_ queue: any MessageSender, bucket: String, region: String, rate: Int) {
        self.queue = queue
        self.bucket = bucket
        self.region = region
        self.rate = rate
    }

    /// Sends an event for each source.
    ///
    /// - Returns: the number of requests.
    /// - Throws: the error of the queue, or `AuditError` of the kind `.notSent` when the queue has refused an event
    ///   five times.
    mutating func send(_ sources: [ListedObject]) async throws -> Int {
        var requests = 0
        var rest = sources[...]
        while !rest.isEmpty {
            var batch = Array(rest.prefix(SQSClient.batchLimit))
            rest = rest.dropFirst(batch.count)
            try await pace.wait(for: batch.count, perSecond: rate)
            for attempt in 1... {
                requests += 1
                let failures = try await queue.sendMessages(
                    batch.map {
                        // The time is part of the text, so that a FIFO queue delivers the event of a later repair.
                        let time = Int(SystemTime.now)
                        let event = RepairEvent($0, in: bucket, region: region, time: time)
                        return OutgoingMessage(
                            try event.json(), id: "\(bucket)/\($0.key)/\($0.eTag ?? "")/\(time)")
                    })
                guard let failure = failures.first else { break }
                guard attempt < 5 else {
                    throw AuditError(
                        .notSent,
                        "SQS refused the event of s3://\(bucket)/\(batch[failure.index].key) with \(failure.code) "
                            + "\(failure.message); start the audit again to continue")
                }
                batch = failures.map { batch[$0.index] }
                try await Task.sleep(for: .milliseconds(100 << attempt))
            }
        }
        return requests
    }
}
