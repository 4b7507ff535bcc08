// SPDX-License-Identifier: Apache-2.0

/// The union of all envelopes, every field optional: which ones are there tells which envelope it is.
/// Unknown fields are ignored, as AWS asks of readers.
struct Shape: Decodable {
    var records: RecordList?
    var event: String?
    var type: String?
    var message: String?
    var source: String?
    var detailType: String?
    var time: String?
    var detail: Lenient<EventBridgeDetail>?

    enum CodingKeys: String, CodingKey {
        case records = "Records"
        case event = "Event"
        case type = "Type"
        case message = "Message"
        case source, time, detail
        case detailType = "detail-type"
    }

    /// `Records[0].s3` for people.
    static func name(_ path: [any CodingKey]) -> String {
        var name = ""
        for key in path {
            if let index = key.intValue {
                name += "[\(index)]"
            } else {
                name += name.isEmpty ? key.stringValue : "." + key.stringValue
            }
        }
        return name
    }
}

/// The records, unless there are more than anybody sends: each costs work and, if it fails, a letter with the whole
/// message.
struct RecordList: Decodable {
    /// S3 sends one record a message, and has room for about a hundred: 64 KB (S3 User Guide, notification content).
    static let limit = 256

    var count: Int
    /// Empty when there are more than `limit`.
    var records: [Lenient<S3Record>] = []

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        count = container.count ?? 0
        guard count <= Self.limit else { return }
        while !container.isAtEnd { records.append(try container.decode(Lenient<S3Record>.self)) }
    }
}

/// A value, or where it broke, so that one bad record does not take the others along.
struct Lenient<Value: Decodable>: Decodable {
    var value: Value?
    var problem: String?

    init(from decoder: any Decoder) {
        do {
            value = try Value(from: decoder)
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context)
        {
            problem = "\(Shape.name(context.codingPath)) has another type"
        } catch {
            problem = "not readable"
        }
    }
}

/// S3 event message structure, 2.x.
struct S3Record: Decodable {
    struct Entity: Decodable {
        struct Bucket: Decodable { var name: String? }
        struct Object: Decodable {
            var key: String?
            var size: Int?
            var eTag: String?
            var versionId: String?
            var sequencer: String?
        }
        var bucket: Bucket?
        var object: Object?
    }
    var eventVersion: String?
    var eventSource: String?
    var eventTime: String?
    var eventName: String?
    var s3: Entity?
}

/// The `detail` of an EventBridge event of source `aws.s3`.
struct EventBridgeDetail: Decodable {
    struct Bucket: Decodable { var name: String? }
    struct Object: Decodable {
        var key: String?
        var size: Int?
        var etag: String?
        /// moto's spelling.
        var eTag: String?
        var versionID: String?
        var sequencer: String?

        enum CodingKeys: String, CodingKey {
            case key, size, etag, eTag, sequencer
            case versionID = "version-id"
        }
    }
    var eventVersion: String?
    var bucket: Bucket?
    var object: Object?
    var reason: String?

    enum CodingKeys: String, CodingKey {
        case bucket, object, reason
        case eventVersion = "event-version"
    }
}
