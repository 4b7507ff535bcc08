// SPDX-License-Identifier: Apache-2.0

package import AWS
internal import Support

/// The store of the sources and the outputs: `S3Store`, or a simulated store in tests. See `MessageQueue` about the
/// protocols of this folder.
///
/// Reads are strongly consistent, as those of S3 are: a read that begins after a completed put sees it.
package protocol ObjectStore: Sendable {
    /// Downloads the current version of an object.
    ///
    /// - Throws: `WorkerError`, of kind `.tooLarge` for an object of more than `maximumBytes`.
    func get(_ object: ObjectReference, maximumBytes: Int) async throws -> S3Object

    /// Returns the metadata of the current version of an object, or nil when there is none.
    ///
    /// - Throws: `WorkerError`.
    func head(_ object: ObjectReference) async throws -> ObjectHead?

    /// Returns the tags of an object, in the version that `object` names.
    ///
    /// - Throws: `WorkerError`.
    func tags(of object: ObjectReference) async throws -> [String: String]

    /// Stores an output, and returns when it is durable.
    ///
    /// - Throws: `WorkerError`, of kind `.superseded` when `condition` does not hold.
    func put(_ output: OutputObject, if condition: PutCondition) async throws
}

extension ObjectHead {
    /// The ETag as events and output stamps have it: without quotation marks, and empty when S3 sent none.
    var unquotedETag: String { ETag.unquoted(eTag ?? "") }
}
