// SPDX-License-Identifier: Apache-2.0

/// One record of an S3 notification (S3 User Guide, "Event message structure", versions 2.x), or an event of CloudTrail
/// (CloudTrail User Guide, "record contents", versions 1.x). Fields that are only hints never make a record unreadable.
struct S3Record: Decodable {
    struct Entity: Decodable {
        struct Bucket: Decodable { var name: String? }
        struct Object: Decodable {
            var key: String?
            var size: SizeHint?
            var eTag: Lenient<String>?
            var versionId: Lenient<String>?
            var sequencer: Lenient<String>?
        }
        var bucket: Bucket?
        var object: Object?
    }

    /// The parameters of an API call in an event of CloudTrail.
    struct Parameters: Decodable {
        var bucketName: String?
        var key: String?
    }

    /// The response to an API call in an event of CloudTrail.
    struct Response: Decodable {
        var versionID: Lenient<String>?

        enum CodingKeys: String, CodingKey { case versionID = "x-amz-version-id" }
    }

    var eventVersion: String?
    var eventSource: String?
    var eventName: String?
    var eventTime: Lenient<String>?
    var s3: Entity?
    /// The parameters of an API call. A record of an S3 notification has this field as well, with other content.
    var requestParameters: Lenient<Parameters>?
    var responseElements: Lenient<Response>?
    /// The error code of an API call that failed; nil or empty when the call succeeded.
    var errorCode: Lenient<String>?
}
