// SPDX-License-Identifier: Apache-2.0

/// The reader of an EventBridge event of S3. Such an event has other field names than an S3 notification, and its
/// object keys are not percent-encoded.
struct EventBridgeReader {
    var fields: FieldReader

    /// Checks the fields of an EventBridge event and returns the event as a record.
    ///
    /// - Throws: `S3EventsError` when the event is not an event of S3, its version is not 1.x, or a field is missing or
    ///   invalid.
    func read(_ envelope: EnvelopeFields, _ lenient: Lenient<EventBridgeDetail>) throws(S3EventsError)
        -> S3Notification.Record
    {
        guard let detail = lenient.value else {
            throw S3EventsError(.unknownShape, at: "detail", lenient.problem ?? "not readable")
        }
        // An input transformer may remove source and detail-type. A source that is present must be S3.
        if let source = envelope.source, source != "aws.s3" {
            throw S3EventsError(.unknownShape, at: "source", "must be aws.s3 (got \(source.prefix(40)))")
        }
        guard envelope.source != nil || (detail.bucket != nil && detail.object != nil) else {
            throw S3EventsError(.unknownShape, at: "detail", "names neither a bucket nor an object")
        }
        if let version = detail.eventVersion, version.prefix(while: { $0 != "." }) != "1" {
            throw S3EventsError(
                .unsupportedVersion, at: "detail.event-version", "must be 1.x (got \(version.prefix(20)))")
        }
        switch envelope.detailType {
        case "Object Created", "Object Restore Completed", nil: break
        case "Object Deleted": return .removed(name: "Object Deleted")
        case let name?: return .other(name: name)
        }
        let object = detail.object
        return .created(
            ObjectEvent(
                dialect: .eventBridge,
                bucket: try fields.bucket(detail.bucket?.name, at: "detail.bucket.name"),
                key: try fields.key(object?.key, .eventBridge, at: "detail.object.key"),
                versionID: fields.versionID(object?.versionID),
                eTag: fields.eTag(object?.etag ?? object?.eTag),
                size: try fields.size(object?.size, at: "detail.object.size"),
                sequencer: object?.sequencer.flatMap(Sequencer.init)))
    }
}
