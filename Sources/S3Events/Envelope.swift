// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials

/// Takes a notification out of whatever it was wrapped in: S3's own JSON (also what SNS raw delivery brings),
/// an SNS message, an EventBridge event, or an EventBridge event inside an SNS message.
///
/// What is not understood is an error, never an empty list: a worker that takes "no records" for success
/// deletes messages that it has not read (elastic/beats#28828).
package enum Envelope {
    /// Reads the body of a message.
    ///
    /// - Throws: `S3EventsError` when the whole is not understood. A single bad record among good ones is
    ///   a record of its own, `Record.unreadable`.
    package static func decode(
        _ body: String, keys: KeyEncoding = .automatic
    ) throws(S3EventsError) -> S3Notification {
        let outer = try shape(of: body, at: "")
        guard outer.type == "Notification", let message = outer.message else {
            return try notification(outer, keys: keys, inSNS: false)
        }
        return try notification(shape(of: message, at: "Message"), keys: keys, inSNS: true)
    }

    private static func shape(of text: String, at path: String) throws(S3EventsError) -> Shape {
        do {
            return try JSONDecoder().decode(Shape.self, from: Data(text.utf8))
        } catch DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty {
            throw S3EventsError(.unknownShape, at: path, "\(Shape.name(context.codingPath)) has another type")
        } catch {
            throw S3EventsError(.notJSON, at: path, "not a JSON object")
        }
    }

    private static func notification(
        _ shape: Shape, keys: KeyEncoding, inSNS: Bool
    ) throws(S3EventsError) -> S3Notification {
        if let list = shape.records {
            guard list.count > 0 else {
                throw S3EventsError(.unknownShape, at: "Records", "an empty list, which S3 never sends")
            }
            guard list.count <= RecordList.limit else {
                throw S3EventsError(
                    .tooManyRecords, at: "Records", "\(list.count) records, \(RecordList.limit) are accepted")
            }
            let read = list.records.enumerated().map { index, record in
                RecordReader(path: "Records[\(index)]", keys: keys).read(record)
            }
            return S3Notification(carrier: inSNS ? .sns : .s3, records: read)
        }
        if shape.event == "s3:TestEvent" {
            return S3Notification(carrier: inSNS ? .sns : .s3, records: [], isTest: true)
        }
        if let detail = shape.detail {
            let record = try EventBridgeReader(keys: keys).read(shape, detail)
            return S3Notification(carrier: inSNS ? .eventBridgeInSNS : .eventBridge, records: [record])
        }
        throw S3EventsError(
            .unknownShape, at: inSNS ? "Message" : "",
            "neither S3 Records, nor an SNS Notification, nor an EventBridge detail, nor s3:TestEvent")
    }
}
