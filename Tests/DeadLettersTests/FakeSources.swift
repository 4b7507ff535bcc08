// SPDX-License-Identifier: Apache-2.0

import AWS
import Support
import Worker

/// A store with objects and with failures of downloads, which refuses uploads.
struct FakeSources: ObjectStore {
    /// The contents of the objects by their keys.
    var objects: [String: [UInt8]] = [:]
    /// The user-defined metadata of the objects by their keys.
    var metadata: [String: [String: String]] = [:]
    /// The kinds of the errors of downloads by the keys.
    var failures: [String: WorkerError.Kind] = [:]

    func get(
        _ object: ObjectReference, maximumBytes: Int, onNewConnection: Bool
    ) async throws -> S3Object {
        if let kind = failures[object.key] { throw WorkerError(kind, operation: "GetObject", code: "Code") }
        guard let bytes = objects[object.key] else {
            throw WorkerError(.notFound, operation: "GetObject", code: "NoSuchKey")
        }
        guard bytes.count <= maximumBytes else { throw WorkerError(.tooLarge, operation: "GetObject") }
        return S3Object(head: ObjectHead(eTag: "e"), bytes: bytes, isVerified: true)
    }

    func head(_ object: ObjectReference) async throws -> ObjectHead? {
        metadata[object.key].map { ObjectHead(eTag: "e", metadata: $0) }
    }

    func tags(of object: ObjectReference) async throws -> [String: String] {
        throw WorkerError(.accessDenied, operation: "GetObjectTagging")
    }

    func put(_ output: OutputObject, if condition: PutCondition) async throws {
        preconditionFailure("a trial stores nothing")
    }
}
