// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials
import Support

/// The top-level fields of the JSON object in a message body: of S3 notifications, SNS notifications and EventBridge
/// events. Every field is optional, and the fields that are present identify the kind of the body. Unknown fields are
/// ignored, as the S3 User Guide ("Event message structure") requires.
struct EnvelopeFields: Decodable {
    /// The field `Records` of an S3 notification.
    var records: RecordList?
    /// The field `Event` of a test message of S3: `s3:TestEvent`.
    var event: String?
    /// The field `Type` of an SNS message, such as `Notification`.
    var type: String?
    /// The field `Message` of an SNS notification: a JSON document as text.
    var message: String?
    /// The field `source` of an EventBridge event, such as `aws.s3`.
    var source: String?
    /// The field `detail-type` of an EventBridge event, such as `Object Created`.
    var detailType: String?
    /// The field `time` of an EventBridge event.
    var time: Lenient<String>?
    /// The field `detail` of an EventBridge event, which describes the event of S3.
    var detail: Lenient<EventBridgeDetail>?

    enum CodingKeys: String, CodingKey {
        case records = "Records"
        case event = "Event"
        case type = "Type"
        case message = "Message"
        case source, time, detail
        case detailType = "detail-type"
    }

    /// True when the object is an SNS notification, whose message is in the field `Message`.
    var isSNSNotification: Bool { type == "Notification" && message != nil }

    /// The number of notifications in the object, of which only one can be processed.
    var notifications: Int { [records != nil, detail != nil, isSNSNotification].count(where: \.self) }

    /// Returns the name of a field that the valid JSON object `bytes` has twice; nil when there is none. The decoder
    /// would use one of the two and ignore the other.
    static func repeatedName(in bytes: [UInt8]) -> String? {
        var seen: Set<String> = []
        return JSONMembers.members(of: bytes).lazy.compactMap { member -> String? in
            guard let name = try? JSONDecoder().decode(String.self, from: Data(member.name)) else {
                return nil
            }
            return CodingKeys(rawValue: name) != nil && !seen.insert(name).inserted ? name : nil
        }.first
    }

    /// Returns a JSON coding path as text, such as `Records[0].s3`.
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
