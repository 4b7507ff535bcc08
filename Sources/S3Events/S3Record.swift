// SPDX-License-Identifier: Apache-2.0

/// One record of an S3 notification (S3 User Guide, "Event message structure", versions 2.x).
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
    var eventName: String?
    var s3: Entity?
}
