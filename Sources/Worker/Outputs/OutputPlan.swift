// SPDX-License-Identifier: Apache-2.0

package import AWS
internal import Pixelation
package import S3Events

/// The source of a record and the names (bucket and key) of its outputs.
package struct OutputPlan: Sendable, Equatable {
    package var source: ObjectReference
    /// The names of the outputs, one for each size of the engine, in the order of the sizes.
    package var outputs: [ObjectReference]
    /// The ending of outputs in another format than the source (`Naming.name(for:size:ending:)`).
    package let ending: String?

    /// The error code of a source with an output whose key is too long for S3.
    package static let tooLong = "name-too-long"

    /// Computes the names of the outputs for the source of an event.
    ///
    /// - Throws: `WorkerError` of kind `.unsupported` when the key of an output is too long for S3.
    package init(_ event: ObjectEvent, sizes: [Int], ending: String?, options: OutputOptions) throws {
        self.ending = ending
        source = ObjectReference(bucket: event.bucket, key: event.key)
        // `photos/HS.jpeg` becomes `photos/pixelated-8x8-HS.jpeg`, after the prefix.
        let naming = Naming(namePrefix: options.namePrefix)
        let prefix = options.prefix(forSourcesIn: event.bucket)
        outputs = sizes.map {
            ObjectReference(
                bucket: options.bucket, key: prefix + naming.name(for: event.key, size: $0, ending: ending))
        }
        if let long = outputs.first(where: { $0.key.utf8.count > 1024 }) {
            throw WorkerError(
                .unsupported, operation: "naming the outputs of \(source)", code: Self.tooLong,
                detail: "the key of an output would have \(long.key.utf8.count) bytes, and S3 allows 1024")
        }
    }

    /// Returns true when an object has the name of an output of any size, because the configured sizes can have changed
    /// since an output was made. The bucket behind an access point can be any bucket.
    package static func isOutput(_ object: ObjectReference, options: OutputOptions) -> Bool {
        let naming = Naming(namePrefix: options.namePrefix)
        return (object.bucket == options.bucket || AccessPoint.hidesBucket(options.bucket))
            && options.removingPrefix(of: object.key).contains(where: naming.isOutput)
    }
}
