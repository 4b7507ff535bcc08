// SPDX-License-Identifier: Apache-2.0

/// One object that was written, as a notification tells it. The key is decoded: it is what S3 calls must name.
package struct ObjectEvent: Sendable, Equatable {
    /// Who wrote the notification. Dialects differ in how they encode keys and in what sequencers are worth.
    package enum Dialect: String, Sendable, CaseIterable {
        case s3 = "aws-s3"
        case eventBridge = "eventbridge"
        case minio
        case ceph
        /// Another service whose `eventSource` ends in `:s3`.
        case other
    }

    package var dialect: Dialect
    /// The event's own name without a leading `s3:`, as `ObjectCreated:Put`; EventBridge: its detail-type.
    package var name: String
    /// ISO 8601, as received; empty when absent. Some dialects leave out the zone, so it is for people.
    package var time: String
    package var bucket: String
    package var key: String
    /// Only of versioned buckets.
    package var versionID: String?
    /// Without quotation marks.
    package var eTag: String?
    /// Bytes, 0 or more.
    package var size: Int?
    package var sequencer: Sequencer?

    package init(
        dialect: Dialect = .s3, name: String = "ObjectCreated:Put", time: String = "", bucket: String,
        key: String, versionID: String? = nil, eTag: String? = nil, size: Int? = nil,
        sequencer: Sequencer? = nil
    ) {
        self.dialect = dialect
        self.name = name
        self.time = time
        self.bucket = bucket
        self.key = key
        self.versionID = versionID
        self.eTag = eTag
        self.size = size
        self.sequencer = sequencer
    }
}
