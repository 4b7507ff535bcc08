// SPDX-License-Identifier: Apache-2.0

/// The creation of one object, as a notification reports it.
package struct ObjectEvent: Sendable, Equatable {
    /// The service that wrote the notification. Dialects differ in the encoding of keys, and in the quality of their
    /// sequencers.
    package enum Dialect: String, Sendable, CaseIterable {
        /// A notification of Amazon S3.
        case s3 = "aws-s3"
        /// An event of Amazon EventBridge.
        case eventBridge = "eventbridge"
        case minio
        case ceph
        /// Another service whose `eventSource` ends in `:s3`.
        case other
    }

    package var dialect: Dialect
    package var bucket: String
    /// The decoded key, 1...1024 bytes, as the requests to S3 name it.
    package var key: String
    /// The version id, present for versioned buckets only.
    package var versionID: String?
    /// The ETag without quotation marks.
    package var eTag: String?
    /// The size of the object in bytes, 0 or more.
    package var size: Int?
    package var sequencer: Sequencer?

    package init(
        dialect: Dialect = .s3, bucket: String, key: String, versionID: String? = nil, eTag: String? = nil,
        size: Int? = nil, sequencer: Sequencer? = nil
    ) {
        self.dialect = dialect
        self.bucket = bucket
        self.key = key
        self.versionID = versionID
        self.eTag = eTag
        self.size = size
        self.sequencer = sequencer
    }
}
