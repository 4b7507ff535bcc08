// SPDX-License-Identifier: Apache-2.0

/// The reader of one record of an S3 notification as AWS, MinIO or Ceph writes it. Events of CloudTrail, which its log
/// files have in a list of the same name, are read as well.
struct RecordReader {
    /// The JSON path of the record, which appears in errors, such as `Records[0]`.
    var path: String
    var fields: FieldReader

    /// Checks the fields of a decoded record and returns the record; `.unreadable` when it is malformed.
    func read(_ record: Lenient<S3Record>) -> S3Notification.Record {
        do throws(S3EventsError) {
            guard let value = record.value else {
                throw S3EventsError(.invalidRecord, at: path, record.problem ?? "not readable")
            }
            return try check(value)
        } catch {
            return .unreadable(error)
        }
    }

    private func check(_ record: S3Record) throws(S3EventsError) -> S3Notification.Record {
        if record.eventSource == CloudTrailReader.eventSource {
            return try CloudTrailReader(path: path, fields: fields).read(record)
        }
        let dialect = try dialect(record.eventSource)
        try fields.checkVersion(record.eventVersion, major: "2", at: "\(path).eventVersion")
        let fullName = try fields.name(record.eventName, at: "\(path).eventName")
        // Ceph and MinIO write the prefix that AWS leaves out.
        let hasPrefix = fullName.prefix(3).lowercased() == "s3:"
        let name = String(hasPrefix ? fullName.dropFirst(3) : fullName[...])
        switch EventName(name) {
        case .removed: return .removed(name: name)
        case .other: return .other(name: name)
        case .created: break
        case nil: throw fields.unknownEvent(fullName, at: "\(path).eventName")
        }
        let object = record.s3?.object
        return .created(
            ObjectEvent(
                dialect: dialect,
                bucket: try fields.bucket(record.s3?.bucket?.name, at: "\(path).s3.bucket.name"),
                key: try fields.key(object?.key, dialect, at: "\(path).s3.object.key"),
                versionID: fields.versionID(object?.versionId?.value),
                eTag: fields.eTag(object?.eTag?.value), size: object?.size?.bytes,
                sequencer: object?.sequencer?.value.flatMap(Sequencer.init),
                time: fields.time(record.eventTime?.value)))
    }

    private func dialect(_ source: String?) throws(S3EventsError) -> ObjectEvent.Dialect {
        switch source {
        case "aws:s3": return .s3
        case "minio:s3": return .minio
        case "ceph:s3": return .ceph
        case let other? where other.hasSuffix(":s3"): return .other
        default:
            throw S3EventsError(
                .unknownShape, at: "\(path).eventSource",
                "must end in :s3 (got \(source?.prefix(40) ?? "nothing"))")
        }
    }
}
