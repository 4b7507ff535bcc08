// SPDX-License-Identifier: Apache-2.0

/// Reads an EventBridge event of S3: other names, hyphens, and keys that are not encoded.
struct EventBridgeReader {
    var keys: KeyEncoding

    func read(_ shape: Shape, _ lenient: Lenient<EventBridgeDetail>) throws(S3EventsError)
        -> S3Notification.Record
    {
        guard let detail = lenient.value else {
            throw S3EventsError(.unknownShape, at: "detail", lenient.problem ?? "not readable")
        }
        // Input transformers may drop source and detail-type, but a foreign source is somebody else's event.
        if let source = shape.source, source != "aws.s3" {
            throw S3EventsError(.unknownShape, at: "source", "must be aws.s3 (got \(source.prefix(40)))")
        }
        guard shape.source != nil || (detail.bucket != nil && detail.object != nil) else {
            throw S3EventsError(.unknownShape, at: "detail", "names neither a bucket nor an object")
        }
        if let version = detail.eventVersion, version.prefix(while: { $0 != "." }) != "1" {
            throw S3EventsError(
                .unsupportedVersion, at: "detail.event-version", "must be 1.x (got \(version.prefix(20)))")
        }
        switch shape.detailType {
        case "Object Created", "Object Restore Completed", nil: break
        case "Object Deleted": return .removed(name: "Object Deleted")
        case let name?: return .other(name: name)
        }
        let rules = RecordReader(path: "detail", keys: keys)
        let object = detail.object
        return .created(
            ObjectEvent(
                dialect: .eventBridge, name: shape.detailType ?? "Object Created", time: shape.time ?? "",
                bucket: try rules.bucket(detail.bucket?.name, at: "detail.bucket.name"),
                key: try rules.key(object?.key, .eventBridge, at: "detail.object.key"),
                versionID: rules.nonEmpty(object?.versionID), eTag: rules.bare(object?.etag ?? object?.eTag),
                size: try rules.size(object?.size, at: "detail.object.size"),
                sequencer: object?.sequencer.flatMap(Sequencer.init)))
    }
}
