// SPDX-License-Identifier: Apache-2.0

/// The reader of an event of CloudTrail about a call to the API of S3 (S3 User Guide, "Amazon S3 CloudTrail events").
/// Its object keys are not percent-encoded, and it has neither an ETag nor a sequencer.
struct CloudTrailReader {
    /// The value of `eventSource` in the events of S3.
    static let eventSource = "s3.amazonaws.com"

    /// The JSON path of the event, which appears in errors, such as `detail`.
    var path: String
    var fields: FieldReader

    /// Checks the fields of an event and returns the event as a record. A call that failed created no object.
    ///
    /// - Throws: `S3EventsError` when the event is not one of S3, its version is not 1.x, or a field is missing or
    ///   invalid.
    func read(_ event: S3Record) throws(S3EventsError) -> S3Notification.Record {
        guard event.eventSource == Self.eventSource else {
            throw S3EventsError(
                .unknownShape, at: "\(path).eventSource",
                "must be \(Self.eventSource) (got \(event.eventSource?.prefix(40) ?? "nothing"))")
        }
        try fields.checkVersion(event.eventVersion, major: "1", at: "\(path).eventVersion")
        let name = try fields.name(event.eventName, at: "\(path).eventName")
        guard let kind = EventName(call: name) else {
            throw fields.unknownEvent(name, at: "\(path).eventName")
        }
        switch kind {
        case .removed: return .removed(name: name)
        case .other: return .other(name: name)
        case .created: if try hasFailed(event) { return .other(name: name) }
        }
        let parameters = event.requestParameters?.value
        return .created(
            ObjectEvent(
                dialect: .cloudTrail,
                bucket: try fields.bucket(
                    parameters?.bucketName, at: "\(path).requestParameters.bucketName"),
                key: try fields.key(parameters?.key, .cloudTrail, at: "\(path).requestParameters.key"),
                versionID: fields.versionID(event.responseElements?.value?.versionID?.value),
                time: fields.time(event.eventTime?.value)))
    }

    /// Returns true when the event has an error code. An empty one is none.
    private func hasFailed(_ event: S3Record) throws(S3EventsError) -> Bool {
        guard let code = event.errorCode else { return false }
        guard let text = code.value else {
            throw S3EventsError(.unknownEvent, at: "\(path).errorCode", "is not a string")
        }
        return !text.isEmpty
    }
}
