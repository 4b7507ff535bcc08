// SPDX-License-Identifier: Apache-2.0

/// What one message tells: the envelope is off, the dialect is settled, every record is judged by itself.
package struct S3Notification: Sendable, Equatable {
    package enum Record: Sendable, Equatable {
        /// An object was written, or restored from an archive: there are bytes to read.
        case created(ObjectEvent)
        /// An object or a delete marker went. Nothing to do.
        case removed(name: String)
        /// Something else that S3 reports, like tagging. Nothing to do.
        case other(name: String)
        /// A record that breaks the rules of its dialect; the others of the message are not affected.
        case unreadable(S3EventsError)
    }

    /// What the records came in.
    package enum Carrier: String, Sendable, CaseIterable {
        case s3, sns, eventBridge = "eventbridge", eventBridgeInSNS = "eventbridge-in-sns"
    }

    package var carrier: Carrier
    /// Never empty, unless `isTest`.
    package var records: [Record]
    /// `s3:TestEvent`, which S3 sends when a notification is configured.
    package var isTest: Bool

    package init(carrier: Carrier, records: [Record], isTest: Bool = false) {
        self.carrier = carrier
        self.records = records
        self.isTest = isTest
    }
}
