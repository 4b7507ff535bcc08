// SPDX-License-Identifier: Apache-2.0

package import AWS
import FoundationEssentials
import S3Events
import Support
package import Worker

/// A message in the dead-letter queue, or a quarantine record in a bucket.
package struct DeadLetter: Sendable, Equatable {
    /// The id of the message, or the key of the object; unique in its quarantine.
    package let id: String
    /// The whole body of the message, or the content of the object.
    package let body: String
    /// The attributes of the message by their names.
    package let attributes: [String: MessageAttribute]
    /// The trace header of AWS X-Ray of the message; nil for none.
    package let traceHeader: String?
    /// The quarantine record, without its body; nil for a message that the redrive policy of the source queue has
    /// moved, which has no reason.
    package let record: QuarantineRecord?
    /// The quarantine record of an earlier failure, without its body: that of a letter that was replayed and that the
    /// redrive policy has then moved. Nil for other letters.
    package let earlierRecord: QuarantineRecord?
    /// The sources that the letter is about; empty when the body is not understood.
    package let objects: [ObjectReference]
    /// The time of the letter in seconds since 1970-01-01T00:00:00Z, if it is known: a message has the time at which it
    /// was sent, and an object that of its upload. The redrive policy does not change the time of a message.
    package let time: Double?

    /// Makes a letter.
    ///
    /// - Parameter isMoved: True when a redrive policy has moved the message, so that no process has stored a reason
    ///   since the message was sent.
    package init(
        id: String, body: String, attributes: [String: MessageAttribute] = [:], traceHeader: String? = nil,
        time: Double? = nil, isMoved: Bool = false
    ) {
        self.id = id
        self.body = body
        self.attributes = attributes
        self.traceHeader = traceHeader
        self.time = time
        var record = Self.record(in: body) ?? QuarantineAttributes.record(in: attributes, of: body)
        record?.body = ""
        self.record = isMoved ? nil : record
        earlierRecord = isMoved ? record : nil
        if let bucket = record?.bucket, let key = record?.key {
            objects = [ObjectReference(bucket: bucket, key: key)]
        } else {
            objects = Self.objects(in: OriginalBody(of: body, attributes: attributes))
        }
    }

    /// The failure of the letter.
    package var failure: Failure {
        guard let record else { return .unknown }
        return Failure(error: record.error, code: record.errorCode)
    }

    /// The sources as text, separated by commas; the id of the letter when there is none.
    package var name: String {
        guard let first = objects.first else { return id.withoutControlCharacters }
        return objects.count == 1 ? "\(first)" : "\(first) and \(objects.count - 1) more"
    }

    /// Returns true when `name` is the id of the letter or of its message, or the key or the location
    /// (`s3://bucket/key`) of one of its sources.
    package func isAbout(_ name: String) -> Bool {
        id == name || record?.messageID == name
            || objects.contains { $0.key == name || "s3://\($0.bucket)/\($0.key)" == name }
    }

    /// The whole body of the message that failed; nil when `body` is a quarantine record that has only a part of it.
    package var originalBody: String? {
        guard let record = Self.record(in: body) else { return body }
        return record.bodyBytes == nil ? record.body : nil
    }

    /// Returns the quarantine record that `body` is; nil when it is none.
    private static func record(in body: String) -> QuarantineRecord? {
        try? JSONDecoder().decode(QuarantineRecord.self, from: Data(body.utf8))
    }

    private static func objects(in original: OriginalBody) -> [ObjectReference] {
        guard let records = try? original.notification().records else { return [] }
        return records.enumerated().compactMap { index, record in
            guard case .created(let event) = record, original.selects(index, of: records.count) else {
                return nil
            }
            return ObjectReference(bucket: event.bucket, key: event.key)
        }
    }
}
