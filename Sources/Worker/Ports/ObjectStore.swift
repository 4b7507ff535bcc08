// SPDX-License-Identifier: Apache-2.0

package import AWS
internal import Support

/// The store of the sources and the outputs: `S3Store`, or a simulated store in tests. See `MessageQueue` about the
/// protocols of this folder.
///
/// Reads are strongly consistent, as those of S3: a read that begins after the end of a put returns the new object.
package protocol ObjectStore: Sendable {
    /// Downloads the current version of an object.
    ///
    /// - Parameter onNewConnection: True for a second download, which must be independent of the first.
    /// - Throws: `WorkerError`, of kind `.tooLarge` for an object of more than `maximumBytes`.
    func get(
        _ object: ObjectReference, maximumBytes: Int, onNewConnection: Bool
    ) async throws -> S3Object

    /// Returns the metadata of the current version of an object, or nil when there is none.
    ///
    /// - Throws: `WorkerError`.
    func head(_ object: ObjectReference) async throws -> ObjectHead?

    /// Returns the tags of the version of an object that `object` refers to.
    ///
    /// - Throws: `WorkerError`.
    func tags(of object: ObjectReference) async throws -> [String: String]

    /// Stores an output. The output is stored durably when the function returns.
    ///
    /// - Throws: `WorkerError`, of kind `.superseded` when `condition` is not fulfilled.
    func put(_ output: OutputObject, if condition: PutCondition) async throws
}

extension ObjectHead {
    /// The ETag without quotation marks, as in events and in the stamps of outputs; empty when S3 sent none.
    var unquotedETag: String { ETag.unquoted(eTag ?? "") }
}
