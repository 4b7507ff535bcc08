// SPDX-License-Identifier: Apache-2.0

/// Why the body of a message, or one of its records, was not understood.
package struct S3EventsError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// No JSON object.
        case notJSON = "not-json"
        /// JSON, but no notification that we know.
        case unknownShape = "unknown-shape"
        /// A notification of a major version that we do not know.
        case unsupportedVersion = "unsupported-version"
        /// A known notification that lacks what it must have.
        case invalidRecord = "invalid-record"
        /// More than anybody sends, and not read.
        case tooManyRecords = "too-many-records"
        /// The key does not decode.
        case invalidKey = "invalid-key"
    }

    package var kind: Kind
    /// What was looked at, as `Records[0].s3.object.key`.
    package var path: String
    package var detail: String

    package init(_ kind: Kind, at path: String, _ detail: String) {
        self.kind = kind
        self.path = path
        // It may quote the message. Bounded by scalars: one character can be as long as all of it.
        self.detail = String(String.UnicodeScalarView(detail.unicodeScalars.prefix(200)))
    }

    package var description: String { "\(path.isEmpty ? "message body" : path): \(detail)" }
}
