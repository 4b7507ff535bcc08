// SPDX-License-Identifier: Apache-2.0

/// The `detail` of an EventBridge event of source `aws.s3` (S3 User Guide, "EventBridge event message structure").
struct EventBridgeDetail: Decodable {
    struct Bucket: Decodable { var name: String? }
    struct Object: Decodable {
        var key: String?
        var size: Int?
        var etag: String?
        /// The ETag in the spelling `eTag`, which the AWS simulator moto uses.
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

    enum CodingKeys: String, CodingKey {
        case bucket, object
        case eventVersion = "event-version"
    }
}
