// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import S3Events

/// The names of the outputs of one source.
struct OutputPlan: Sendable, Equatable {
    var source: ObjectReference
    /// One name for each of the engine's sizes, in their order.
    var outputs: [ObjectReference]

    /// - Throws: `WorkerError` of kind `.unsupported` for a name that is too long for S3.
    init(_ event: ObjectEvent, sizes: [Int], options: OutputOptions) throws {
        source = ObjectReference(bucket: event.bucket, key: event.key)
        outputs = sizes.map {
            ObjectReference(bucket: options.bucket, key: options.key(of: event.key, size: $0))
        }
        if let long = outputs.first(where: { $0.key.utf8.count > 1024 }) {
            throw WorkerError(
                .unsupported, operation: "naming the outputs of \(source)", code: "name-too-long",
                detail: "\(long.key.utf8.count) bytes, S3 allows 1024")
        }
    }
}
