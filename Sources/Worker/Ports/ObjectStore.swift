// SPDX-License-Identifier: Apache-2.0

/// The object store as the worker needs it. Reads must see the last completed write, as S3's do.
package protocol ObjectStore: Sendable {
    /// The current version of an object, whole.
    ///
    /// - Throws: `WorkerError`, `.tooLarge` before reading more than `maximumBytes`.
    func get(_ object: ObjectName, maximumBytes: Int) async throws -> SourceObject

    /// Facts of the current version, or nil when there is none.
    func head(_ object: ObjectName) async throws -> ObjectFacts?

    /// Returns when the object is durable.
    ///
    /// - Throws: `WorkerError`, `.superseded` when `condition` does not hold.
    func put(_ output: OutputObject, if condition: PutCondition) async throws
}

package struct ObjectName: Sendable, Hashable, CustomStringConvertible {
    package var bucket: String
    package var key: String

    package init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    package var description: String { "s3://\(bucket)/\(key)" }
}

package struct SourceObject: Sendable {
    package var bytes: [UInt8]
    /// Without quotation marks.
    package var eTag: String
    package var versionID: String?
    package var requestID: String?
    /// Those that its outputs shall carry, too.
    package var tags: [String: String]

    package init(
        bytes: [UInt8], eTag: String, versionID: String? = nil, requestID: String? = nil,
        tags: [String: String] = [:]
    ) {
        self.tags = tags
        self.bytes = bytes
        self.eTag = eTag
        self.versionID = versionID
        self.requestID = requestID
    }
}

package struct ObjectFacts: Sendable, Equatable {
    package var eTag: String
    package var versionID: String?
    /// User metadata, names in lower case without `x-amz-meta-`.
    package var metadata: [String: String]

    package init(eTag: String, versionID: String? = nil, metadata: [String: String] = [:]) {
        self.eTag = eTag
        self.versionID = versionID
        self.metadata = metadata
    }
}

package struct OutputObject: Sendable, Equatable {
    package var name: ObjectName
    package var bytes: [UInt8]
    package var contentType: String
    package var metadata: [String: String]
    /// Beside those that every output gets.
    package var tags: [String: String]

    package init(
        name: ObjectName, bytes: [UInt8], contentType: String, metadata: [String: String],
        tags: [String: String] = [:]
    ) {
        self.tags = tags
        self.name = name
        self.bytes = bytes
        self.contentType = contentType
        self.metadata = metadata
    }
}

/// What must be true of the object in place for a put to happen.
package enum PutCondition: Sendable, Equatable {
    case none
    /// There is no such object.
    case absent
    /// The object in place has this ETag.
    case unchanged(eTag: String)
}
