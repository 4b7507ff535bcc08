// SPDX-License-Identifier: Apache-2.0

/// The decoded content of one message.
package struct S3Notification: Sendable, Equatable {
    /// One record of the notification.
    package enum Record: Sendable, Equatable {
        /// An object was created, or restored from an archive: its bytes can be read.
        case created(ObjectEvent)
        /// An object or a delete marker was deleted.
        case removed(name: String)
        /// Another event of S3, as a change of tags.
        case other(name: String)
        /// The record is malformed. The other records of the message are not affected.
        case unreadable(S3EventsError)
    }

    /// The records, at least one unless `isTest` is true.
    package var records: [Record]
    /// True for `s3:TestEvent`, which S3 sends when a notification is configured.
    package var isTest: Bool

    package init(records: [Record], isTest: Bool = false) {
        self.records = records
        self.isTest = isTest
    }
}
