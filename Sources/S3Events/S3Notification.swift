// SPDX-License-Identifier: Apache-2.0

/// The decoded notification in the body of one SQS message.
package struct S3Notification: Sendable, Equatable {
    /// One record of the notification.
    package enum Record: Sendable, Equatable {
        /// An object was created, or restored from an archive, and its bytes can be read.
        case created(ObjectEvent)
        /// An object was deleted, by a request or a lifecycle rule. `name` is the name of the event.
        case removed(name: String)
        /// Another known event of S3, which creates no object, such as a change of the tags of an object or a call
        /// that failed. `name` is the name of the event.
        case other(name: String)
        /// The record is malformed or its event is unknown. The other records of the message are not affected.
        case unreadable(S3EventsError)
    }

    /// The records of the notification, at least one unless `isTest` is true.
    package var records: [Record]
    /// True when the notification is the `s3:TestEvent` that S3 sends when a bucket's notifications are configured.
    package var isTest: Bool

    package init(records: [Record], isTest: Bool = false) {
        self.records = records
        self.isTest = isTest
    }

    /// Makes the notification of the object in a quarantine record, whose key is not percent-encoded.
    ///
    /// - Throws: `S3EventsError` when the bucket or the key is invalid.
    package init(
        quarantinedObject key: String, bucket: String, versionID: String?, eTag: String?
    ) throws(S3EventsError) {
        let fields = FieldReader(keys: .raw)
        let event = ObjectEvent(
            dialect: .quarantine, bucket: try fields.bucket(bucket, at: "bucket"),
            key: try fields.key(key, .quarantine, at: "key"), versionID: fields.versionID(versionID),
            eTag: fields.eTag(eTag))
        self.init(records: [.created(event)])
    }
}
