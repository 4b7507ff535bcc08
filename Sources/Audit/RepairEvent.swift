// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import HTTP
import Support

/// The notification that makes a worker process a source: an event notification of S3 with one record (S3 User Guide,
/// "Event message structure"), without a sequencer, so that no output is skipped because of it.
struct RepairEvent: Encodable {
    private struct Record: Encodable {
        struct Identity: Encodable { var principalId = "pixelated-audit" }
        struct Entity: Encodable {
            struct Bucket: Encodable { var name: String }
            struct Object: Encodable {
                var key: String
                var size: Int?
                var eTag: String?
            }
            var s3SchemaVersion = "1.0"
            var bucket: Bucket
            var object: Object
        }
        var eventVersion = "2.1"
        var eventSource = "aws:s3"
        var awsRegion: String
        var eventTime: String
        var eventName = "ObjectCreated:Put"
        var userIdentity = Identity()
        var s3: Entity
    }

    private enum CodingKeys: String, CodingKey { case records = "Records" }

    private var records: [Record]

    init(_ source: ListedObject, in bucket: String, region: String, time: Int) {
        let object = Record.Entity.Object(
            key: PercentEncoding.encode(source.key, keepingSlash: true), size: source.size, eTag: source.eTag)
        records = [
            Record(
                awsRegion: region, eventTime: CivilTime(secondsSinceEpoch: time).rfc3339,
                s3: Record.Entity(bucket: .init(name: bucket), object: object))
        ]
    }

    /// The notification as JSON.
    ///
    /// - Throws: never for texts that are valid UTF-8.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
