// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The destination of permanent failures: a dead-letter queue (`QueueQuarantine`) or a prefix of a bucket
/// (`BucketQuarantine`). A message is deleted after its failures are stored there.
package protocol Quarantine: Sendable {
    /// Stores a quarantine record. The record is stored durably when the function returns.
    ///
    /// - Parameter message: The message that failed.
    /// - Throws: `WorkerError`.
    func store(_ record: QuarantineRecord, of message: Message) async throws

    /// True when a record replaces the one that was stored with the same `QuarantineRecord.id` before.
    var replacesRecords: Bool { get }

    /// Returns true when `object` is a quarantine record that this quarantine has stored. The worker skips the events
    /// of such objects.
    func holds(_ object: ObjectReference) -> Bool
}

extension Quarantine {
    package var replacesRecords: Bool { false }
    package func holds(_ object: ObjectReference) -> Bool { false }
}

extension QuarantineRecord {
    /// The identifier of the record, which is the same each time the same record of a message is stored.
    package var id: String { "\(messageID)-\(record)" }
}
