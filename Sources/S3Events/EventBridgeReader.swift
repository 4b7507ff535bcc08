// SPDX-License-Identifier: Apache-2.0

/// The reader of an EventBridge event of S3. Such an event has other field names than an S3 notification, and its
/// object keys are not percent-encoded.
struct EventBridgeReader {
    /// The `detail-type` of the events that CloudTrail sends to EventBridge (EventBridge User Guide, "AWS service
    /// events delivered via CloudTrail"), in lower case.
    private static let cloudTrailType = "aws api call via cloudtrail"

    var fields: FieldReader

    /// Checks the fields of an EventBridge event and returns the event as a record.
    ///
    /// - Throws: `S3EventsError` when the event is not a known event of S3, its version is not supported, or a field is
    ///   missing or invalid.
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
        guard let type = envelope.detailType else {
            if detail.cloudTrail.value?.eventSource == CloudTrailReader.eventSource {
                return try readCloudTrail(detail.cloudTrail)
            }
            guard detail.bucket != nil, detail.object != nil else {
                throw S3EventsError(.unknownShape, at: "detail", "names neither a bucket nor an object")
            }
            return try detail.deletionType == nil
                ? created(detail, envelope.time?.value) : .removed(name: "Object Deleted")
        }
        if type.lowercased() == Self.cloudTrailType { return try readCloudTrail(detail.cloudTrail) }
        switch EventName(detailType: type) {
        case .created: return try created(detail, envelope.time?.value)
        case .removed: return .removed(name: type)
        case .other: return .other(name: type)
        case nil: throw fields.unknownEvent(type, at: "detail-type")
        }
    }

    private func readCloudTrail(_ event: Lenient<S3Record>) throws(S3EventsError) -> S3Notification.Record {
        guard let event = event.value else {
            throw S3EventsError(.invalidRecord, at: "detail", event.problem ?? "not readable")
        }
        return try CloudTrailReader(path: "detail", fields: fields).read(event)
    }

    private func created(_ detail: EventBridgeDetail, _ time: String?) throws(S3EventsError)
        -> S3Notification.Record
    {
        try fields.checkVersion(detail.eventVersion, major: "1", at: "detail.event-version")
        let object = detail.object
        return .created(
            ObjectEvent(
                dialect: .eventBridge,
                bucket: try fields.bucket(detail.bucket?.name, at: "detail.bucket.name"),
                key: try fields.key(object?.key, .eventBridge, at: "detail.object.key"),
                versionID: fields.versionID(object?.versionID?.value),
                eTag: fields.eTag(object?.etag?.value ?? object?.eTag?.value),
                size: object?.size?.bytes,
                sequencer: object?.sequencer?.value.flatMap(Sequencer.init), time: fields.time(time)))
    }
}
