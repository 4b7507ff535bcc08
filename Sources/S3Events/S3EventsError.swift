// SPDX-License-Identifier: Apache-2.0

/// The error of a message body, or of one of its records, that cannot be decoded.
package struct S3EventsError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// The body is not a JSON object.
        case notJSON = "not-json"
        /// The body is JSON, but not one of the supported notifications.
        case unknownShape = "unknown-shape"
        /// The notification has an unsupported major version.
        case unsupportedVersion = "unsupported-version"
        /// The name of the event is not known, so that it may announce a new object.
        case unknownEvent = "unknown-event"
        /// A required field is missing, or a field is invalid.
        case invalidRecord = "invalid-record"
        /// The notification has more records than the maximum (`RecordList.limit`).
        case tooManyRecords = "too-many-records"
        /// The object key cannot be decoded.
        case invalidKey = "invalid-key"
    }

    package var kind: Kind
    /// The JSON path of the invalid field, such as `Records[0].s3.object.key`; empty when the error concerns the whole
    /// body.
    package var path: String
    /// The description of the error, at most 200 Unicode scalars.
    package var detail: String

    package init(_ kind: Kind, at path: String, _ detail: String) {
        self.kind = kind
        self.path = path
        // The detail can quote the message, and one character can consist of any number of scalars.
        self.detail = String(String.UnicodeScalarView(detail.unicodeScalars.prefix(200)))
    }

    package var description: String { "\(path.isEmpty ? "message body" : path): \(detail)" }
}
