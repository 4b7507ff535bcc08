// SPDX-License-Identifier: Apache-2.0

/// The `detail` of an EventBridge event of source `aws.s3` (S3 User Guide, "EventBridge event message structure"), or
/// of an event that CloudTrail sent to EventBridge.
struct EventBridgeDetail: Decodable {
    struct Bucket: Decodable { var name: String? }
    struct Object: Decodable {
        var key: String?
        var size: SizeHint?
        var etag: Lenient<String>?
        /// The ETag in the spelling `eTag`, which the AWS simulator moto uses.
        var eTag: Lenient<String>?
        var versionID: Lenient<String>?
        var sequencer: Lenient<String>?

        enum CodingKeys: String, CodingKey {
            case key, size, etag, eTag, sequencer
            case versionID = "version-id"
        }
    }
    var eventVersion: String?
    var bucket: Bucket?
    var object: Object?
    /// The kind of the deletion, which only events about deletions have.
    var deletionType: Lenient<String>?
    /// The fields of an event of CloudTrail.
    var cloudTrail: Lenient<S3Record>

    enum CodingKeys: String, CodingKey {
        case bucket, object
        case eventVersion = "event-version"
        case deletionType = "deletion-type"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        eventVersion = try values.decodeIfPresent(String.self, forKey: .eventVersion)
        bucket = try values.decodeIfPresent(Bucket.self, forKey: .bucket)
        object = try values.decodeIfPresent(Object.self, forKey: .object)
        deletionType = try values.decodeIfPresent(Lenient<String>.self, forKey: .deletionType)
        cloudTrail = Lenient(from: decoder)
    }
}
