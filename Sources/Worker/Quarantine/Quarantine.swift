// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The destination of permanent failures: a dead-letter queue (`QueueQuarantine`) or a prefix of a bucket
/// (`BucketQuarantine`). A message is deleted after its failures are stored there.
package protocol Quarantine: Sendable {
    /// Stores a quarantine record. The record is stored durably when the function returns.
    ///
    /// - Parameters:
    ///   - message: The message that failed.
    ///   - id: The identifier of the record, which is the same each time the same record of a message is stored, so
    ///     that the later one can replace the earlier one.
    /// - Throws: `WorkerError`.
    func store(_ record: QuarantineRecord, of message: Message, id: String) async throws

    /// True when a record replaces the one that was stored with the same identifier before.
    var replacesRecords: Bool { get }

    /// Returns true when `object` is a quarantine record that this quarantine has stored. The worker skips the events
    /// of such objects.
    func holds(_ object: ObjectReference) -> Bool
}

extension Quarantine {
    package var replacesRecords: Bool { false }
    package func holds(_ object: ObjectReference) -> Bool { false }
}
