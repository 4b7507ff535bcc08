// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The destination of permanent failures: a dead-letter queue (`QueueQuarantine`) or a prefix of a bucket
/// (`BucketQuarantine`). A message is deleted after its failures are stored there.
package protocol Quarantine: Sendable {
    /// Stores a record, and returns when it is durable.
    ///
    /// - Parameter id: The same for the same record of the same message, so that a repeated store may replace the
    ///   first.
    /// - Throws: `WorkerError`.
    func store(_ record: QuarantineRecord, id: String) async throws

    /// Returns true for objects that this quarantine stored. The worker skips the events of such objects.
    func holds(_ object: ObjectReference) -> Bool
}

extension Quarantine {
    package func holds(_ object: ObjectReference) -> Bool { false }
}
