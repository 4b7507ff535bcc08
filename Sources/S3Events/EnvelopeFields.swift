// SPDX-License-Identifier: Apache-2.0

/// The top-level fields of all envelopes. Every field is optional; the fields that are present tell the envelope.
/// Unknown fields are ignored, as the S3 User Guide ("Event message structure") demands of readers.
struct EnvelopeFields: Decodable {
    /// The records of an S3 notification.
    var records: RecordList?
    /// The event of a test message of S3: `s3:TestEvent`.
    var event: String?
    /// The type of an SNS message, as `Notification`.
    var type: String?
    /// The message of an SNS notification, JSON as text.
    var message: String?
    /// The source of an EventBridge event, as `aws.s3`.
    var source: String?
    /// The type of an EventBridge event, as `Object Created`.
    var detailType: String?
    /// The S3 part of an EventBridge event.
    var detail: Lenient<EventBridgeDetail>?

    enum CodingKeys: String, CodingKey {
        case records = "Records"
        case event = "Event"
        case type = "Type"
        case message = "Message"
        case source, detail
        case detailType = "detail-type"
    }

    /// Returns a coding path as text, as `Records[0].s3`.
    static func text(of path: [any CodingKey]) -> String {
        var text = ""
        for key in path {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : "." + key.stringValue
            }
        }
        return text
    }
}
