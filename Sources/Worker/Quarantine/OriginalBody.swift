// SPDX-License-Identifier: Apache-2.0

package import AWS
internal import FoundationEssentials
package import S3Events
internal import Support

/// The notification in the body of a message, which is the body itself, or the body in a quarantine record.
///
/// A quarantine record is in the source queue when an operator has moved it there from the dead-letter queue
/// (StartMessageMoveTask moves messages unchanged) or from a bucket. A record in the attributes
/// (`QuarantineAttributes`) only selects its record of the notification. A record that is the body, as the quarantine
/// of a bucket and older versions store it, is processed by the body that it contains, and a failure is stored with
/// that body again, so that records do not grow with each move. Older versions put records into records. When the body
/// is incomplete, the object that the record names is processed. A forged record permits no more than a notification.
package struct OriginalBody: Equatable, Sendable {
    /// The notification as JSON.
    private(set) var text: String
    /// The index of the record of the notification to process, counted from 0; nil for all records. The other records
    /// of a message with a quarantine record ended before the message was deleted.
    private(set) var record: Int?
    /// The length of the whole notification in bytes of UTF-8; nil when `text` is the whole notification.
    private(set) var bodyBytes: Int?
    /// The innermost quarantine record; nil when the body of the message is no quarantine record.
    private var letter: QuarantineRecord?

    /// The maximum number of quarantine records that are within each other. The escapes of JSON double with each of
    /// them, so that a message of 1 MiB holds fewer.
    private static let maximumDepth = 32

    /// The field that only quarantine records have.
    private static let mark = "quarantineVersion"

    /// A quarantine record in a message body. A body that has a field of a notification is none, whatever else it has.
    private struct Letter: Decodable {
        var record: QuarantineRecord

        enum Fields: String, CodingKey, CaseIterable {
            case records = "Records"
            case event = "Event"
            case type = "Type"
            case detail
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Fields.self)
            if let field = Fields.allCases.first(where: fields.contains) {
                throw DecodingError.dataCorruptedError(
                    forKey: field, in: fields, debugDescription: "a field of a notification")
            }
            record = try QuarantineRecord(from: decoder)
        }
    }

    /// True when the message was moved or sent back to the source queue after its failure.
    var isReplay: Bool { record != nil }

    package init(of messageBody: String, attributes: [String: MessageAttribute] = [:]) {
        text = messageBody
        record = QuarantineAttributes.record(in: attributes, of: messageBody)?.record
        for _ in 0..<Self.maximumDepth {
            guard bodyBytes == nil, text.contains(Self.mark),
                let found = try? JSONDecoder().decode(Letter.self, from: Data(text.utf8)).record
            else { return }
            text = found.body
            record = found.record
            bodyBytes = found.bodyBytes
            letter = found
        }
    }

    /// The bucket of an incomplete notification, at most 255 bytes; nil when it is complete or the bucket is not known.
    var bucket: String? { bodyBytes == nil ? nil : letter?.bucket?.truncated(toBytes: 255) }

    /// Decodes the notification. When the text is incomplete, the result is a notification of the object in the
    /// quarantine record.
    ///
    /// - Throws: `S3EventsError` when the notification is not understood, or when it is incomplete and the quarantine
    ///   record has not both bucket and key.
    package func notification() throws(S3EventsError) -> S3Notification {
        guard let bodyBytes else { return try Envelope.decode(text) }
        if let bucket = letter?.bucket, let key = letter?.key {
            return try S3Notification(
                quarantinedObject: key, bucket: bucket, versionID: letter?.versionID, eTag: letter?.eTag)
        }
        throw S3EventsError(
            .notJSON, at: "body",
            "only \(text.utf8.count) of \(bodyBytes) bytes are left; upload the source again")
    }

    /// Returns true when the record of the notification with this index is to be processed. An index that the
    /// notification does not have selects all records.
    package func selects(_ index: Int, of count: Int) -> Bool {
        guard let record, bodyBytes == nil, (0..<count).contains(record) else { return true }
        return index == record
    }

    /// Returns the index that a new quarantine record has for the record with this index of `notification()`.
    func storedIndex(of index: Int) -> Int { bodyBytes == nil ? index : record ?? index }
}
