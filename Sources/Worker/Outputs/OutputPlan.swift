// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Pixelation
internal import S3Events

/// The names of the outputs of one source.
struct OutputPlan: Sendable, Equatable {
    var source: ObjectReference
    /// One name for each of the engine's sizes, in their order.
    var outputs: [ObjectReference]

    /// - Throws: `WorkerError` of kind `.unsupported` for a name that is too long for S3.
    init(_ event: ObjectEvent, sizes: [Int], options: OutputOptions) throws {
        source = ObjectReference(bucket: event.bucket, key: event.key)
        // `photos/HS.jpeg` becomes `photos/pixelated-8x8-HS.jpeg`, after the prefix.
        let naming = Naming(prefix: options.namePrefix)
        outputs = sizes.map {
            ObjectReference(
                bucket: options.bucket, key: options.prefix + naming.name(for: event.key, size: $0))
        }
        if let long = outputs.first(where: { $0.key.utf8.count > 1024 }) {
            throw WorkerError(
                .unsupported, operation: "naming the outputs of \(source)", code: "name-too-long",
                detail: "\(long.key.utf8.count) bytes, S3 allows 1024")
        }
    }

    /// Returns true for an object that is named like an output. Every size counts, because the configured sizes may
    /// have changed since an output was made.
    static func isOutput(_ object: ObjectReference, options: OutputOptions) -> Bool {
        object.bucket == options.bucket && object.key.hasPrefix(options.prefix)
            && Naming(prefix: options.namePrefix).isOutput(object.key)
    }
}
