// SPDX-License-Identifier: Apache-2.0

/// A notification that one object was created or restored.
package struct ObjectEvent: Sendable, Equatable {
    /// The dialect of a notification, which is identified by the service that wrote it. Dialects differ in the encoding
    /// of object keys and in whether their sequencers are unique.
    package enum Dialect: String, Sendable, CaseIterable {
        /// A notification of Amazon S3.
        case s3 = "aws-s3"
        /// An event of Amazon EventBridge.
        case eventBridge = "eventbridge"
        /// An event of AWS CloudTrail about a call to the API of S3.
        case cloudTrail = "cloudtrail"
        case minio
        case ceph
        /// Another service whose `eventSource` ends in `:s3`.
        case other
        /// No notification: a quarantine record, of whose notification only the object is left.
        case quarantine
    }

    package var dialect: Dialect
    package var bucket: String
    /// The object key, decoded, 1...1024 bytes.
    package var key: String
    /// The version id of the object, at most 1024 bytes; nil when the bucket is not versioned.
    package var versionID: String?
    /// The ETag of the object without quotation marks, at most 128 bytes; nil when the notification has none.
    package var eTag: String?
    /// The size of the object in bytes, 0 or more, as the notification announces it; nil when it has none. The object
    /// can have another size.
    package var size: Int?
    package var sequencer: Sequencer?
    /// The time of the event in seconds since 1970-01-01T00:00:00Z; nil when the notification has none. Nothing but
    /// traces depends on it.
    package var time: Double?

    /// True when the key has the form of a folder of the S3 console, which is an empty object whose key ends with a
    /// slash.
    package var mayBeFolder: Bool { key.utf8.last == UInt8(ascii: "/") }

    package init(
        dialect: Dialect = .s3, bucket: String, key: String, versionID: String? = nil, eTag: String? = nil,
        size: Int? = nil, sequencer: Sequencer? = nil, time: Double? = nil
    ) {
        self.dialect = dialect
        self.bucket = bucket
        self.key = key
        self.versionID = versionID
        self.eTag = eTag
        self.size = size
        self.sequencer = sequencer
        self.time = time
    }
}
