// SPDX-License-Identifier: Apache-2.0

/// The reader of one record of an S3 notification as AWS, MinIO or Ceph writes it.
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
        let dialect = try dialect(record.eventSource)
        if let version = record.eventVersion, version.prefix(while: { $0 != "." }) != "2" {
            throw S3EventsError(
                .unsupportedVersion, at: "\(path).eventVersion", "must be 2.x (got \(version.prefix(20)))")
        }
        guard let fullName = record.eventName, !fullName.isEmpty else {
            throw S3EventsError(.invalidRecord, at: "\(path).eventName", "is missing")
        }
        // Ceph and MinIO write the prefix that AWS leaves out.
        let name = String(fullName.hasPrefix("s3:") ? fullName.dropFirst(3) : fullName[...])
        switch EventName(name) {
        case .removed: return .removed(name: name)
        case .other: return .other(name: name)
        case .created: break
        }
        let object = record.s3?.object
        return .created(
            ObjectEvent(
                dialect: dialect,
                bucket: try fields.bucket(record.s3?.bucket?.name, at: "\(path).s3.bucket.name"),
                key: try fields.key(object?.key, dialect, at: "\(path).s3.object.key"),
                versionID: fields.versionID(object?.versionId), eTag: fields.eTag(object?.eTag),
                size: try fields.size(object?.size, at: "\(path).s3.object.size"),
                sequencer: object?.sequencer.flatMap(Sequencer.init)))
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
