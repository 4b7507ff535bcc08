// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials

/// The decoder of the bodies of SQS messages. A body is an S3 notification (sent by S3 directly or through SNS with raw
/// message delivery), an EventBridge event, or an SNS notification that contains one of these.
///
/// A body of unknown structure is an error and never an empty notification, and so is a body with two notifications, of
/// which one would be lost. A worker that treats "no records" as
/// success deletes messages that it has not processed (elastic/beats#28828).
package enum Envelope {
    /// Decodes the body of an SQS message.
    ///
    /// - Parameter keys: the encoding of the object keys in the body.
    /// - Throws: `S3EventsError` when the structure of the body is unknown or invalid. A malformed record does not
    ///   throw; it becomes `S3Notification.Record.unreadable`.
    package static func decode(
        _ body: String, keys: KeyEncoding = .automatic
    ) throws(S3EventsError) -> S3Notification {
        let outer = try fields(of: body, at: "")
        guard outer.isSNSNotification, let message = outer.message else {
            return try notification(outer, keys: keys, at: "")
        }
        return try notification(fields(of: message, at: "Message"), keys: keys, at: "Message")
    }

    private static func fields(of text: String, at path: String) throws(S3EventsError) -> EnvelopeFields {
        let bytes = Array(text.utf8)
        do {
            let fields = try JSONDecoder().decode(EnvelopeFields.self, from: Data(bytes))
            if let name = EnvelopeFields.repeatedName(in: bytes) {
                throw S3EventsError(.unknownShape, at: path, "the field \(name) is present twice")
            }
            guard fields.notifications <= 1 else {
                throw S3EventsError(
                    .unknownShape, at: path, "more than one of Records, an SNS Notification and a detail")
            }
            return fields
        } catch let error as S3EventsError {
            throw error
        } catch DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty {
            throw S3EventsError(
                .unknownShape, at: path,
                "\(EnvelopeFields.text(of: context.codingPath)) has an unexpected type")
        } catch {
            throw S3EventsError(.notJSON, at: path, "not a JSON object")
        }
    }

    private static func notification(
        _ envelope: EnvelopeFields, keys: KeyEncoding, at path: String
    ) throws(S3EventsError) -> S3Notification {
        let fields = FieldReader(keys: keys)
        if let list = envelope.records {
            guard list.count > 0 else {
                throw S3EventsError(.unknownShape, at: "Records", "an empty list, which S3 never sends")
            }
            guard list.count <= RecordList.limit else {
                throw S3EventsError(
                    .tooManyRecords, at: "Records",
                    "\(list.count) records, at most \(RecordList.limit) are accepted")
            }
            let read = list.records.enumerated().map { index, record in
                RecordReader(path: "Records[\(index)]", fields: fields).read(record)
            }
            return S3Notification(records: read)
        }
        if let detail = envelope.detail {
            return S3Notification(records: [try EventBridgeReader(fields: fields).read(envelope, detail)])
        }
        if envelope.event == "s3:TestEvent" { return S3Notification(records: [], isTest: true) }
        throw S3EventsError(
            .unknownShape, at: path,
            "neither S3 Records, nor an SNS Notification, nor an EventBridge detail, nor s3:TestEvent")
    }
}
