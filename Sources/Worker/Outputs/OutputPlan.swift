// SPDX-License-Identifier: Apache-2.0

internal import Pixelation
internal import S3Events

/// Where the variants of one source go.
struct OutputPlan: Sendable, Equatable {
    struct Place: Sendable, Equatable {
        var size: Int
        var name: ObjectName
    }

    var source: ObjectName
    var places: [Place]

    /// - Throws: `WorkerError` when S3 could not take a name.
    init(_ event: ObjectEvent, sizes: [Int], options: OutputOptions) throws {
        source = ObjectName(bucket: event.bucket, key: event.key)
        places = sizes.map { size in
            Place(
                size: size,
                name: ObjectName(bucket: options.bucket, key: options.key(of: event.key, size: size)))
        }
        if let long = places.first(where: { $0.name.key.utf8.count > 1024 }) {
            throw WorkerError(
                .unsupported, operation: "naming the outputs of \(source)", code: "name-too-long",
                detail: "\(long.name.key.utf8.count) bytes, S3 allows 1024")
        }
    }
}

extension OutputOptions {
    /// `photos/HS.jpeg` at 8: `photos/pixelated-8x8-HS.jpeg`, behind `prefix`.
    package func key(of source: String, size: Int) -> String {
        prefix + Naming(prefix: namePrefix).name(for: source, size: size)
    }

    /// Whether `key` is called as an output of ours, of any size: sizes may have changed since it was made.
    package func isOutput(bucket: String, key: String) -> Bool {
        bucket == self.bucket && key.hasPrefix(prefix) && Naming(prefix: namePrefix).isOutput(key)
    }
}
