// SPDX-License-Identifier: Apache-2.0

/// Judges one record of an S3 notification, in the dialects of AWS, MinIO and Ceph.
struct RecordReader {
    var path: String
    var keys: KeyEncoding

    func read(_ record: Lenient<S3Record>) -> S3Notification.Record {
        do throws(S3EventsError) {
            guard let value = record.value else {
                throw S3EventsError(.invalidRecord, at: path, record.problem ?? "not readable")
            }
            return try judge(value)
        } catch {
            return .unreadable(error)
        }
    }

    private func judge(_ record: S3Record) throws(S3EventsError) -> S3Notification.Record {
        let dialect = try dialect(record.eventSource)
        if let version = record.eventVersion, version.prefix(while: { $0 != "." }) != "2" {
            throw S3EventsError(
                .unsupportedVersion, at: "\(path).eventVersion", "must be 2.x (got \(version.prefix(20)))")
        }
        guard let fullName = record.eventName, !fullName.isEmpty else {
            throw S3EventsError(.invalidRecord, at: "\(path).eventName", "is missing")
        }
        let name = String(fullName.hasPrefix("s3:") ? fullName.dropFirst(3) : fullName[...])
        switch EventName(name) {
        case .removed: return .removed(name: name)
        case .other: return .other(name: name)
        case .created: break
        }
        let object = record.s3?.object
        return .created(
            ObjectEvent(
                dialect: dialect, name: name, time: record.eventTime ?? "",
                bucket: try bucket(record.s3?.bucket?.name, at: "\(path).s3.bucket.name"),
                key: try key(object?.key, dialect, at: "\(path).s3.object.key"),
                versionID: nonEmpty(object?.versionId), eTag: bare(object?.eTag),
                size: try size(object?.size, at: "\(path).s3.object.size"),
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
                "is not an S3 (got \(source?.prefix(40) ?? "nothing"))")
        }
    }
}

/// What both readers ask of a bucket, a key and a size.
extension RecordReader {
    func bucket(_ name: String?, at path: String) throws(S3EventsError) -> String {
        guard let name, (1...255).contains(name.utf8.count) else {
            throw S3EventsError(.invalidRecord, at: path, "is missing")
        }
        return name
    }

    func key(
        _ text: String?, _ dialect: ObjectEvent.Dialect, at path: String
    ) throws(S3EventsError) -> String {
        guard let text else { throw S3EventsError(.invalidRecord, at: path, "is missing") }
        guard let key = keys.decode(text, from: dialect) else {
            throw S3EventsError(.invalidKey, at: path, "does not decode to a key of 1...1024 bytes of UTF-8")
        }
        return key
    }

    func size(_ size: Int?, at path: String) throws(S3EventsError) -> Int? {
        guard let size else { return nil }
        guard size >= 0 else { throw S3EventsError(.invalidRecord, at: path, "is negative") }
        return size
    }

    func nonEmpty(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    /// Some dialects keep the quotation marks of the header.
    func bare(_ eTag: String?) -> String? {
        guard let eTag = nonEmpty(eTag) else { return nil }
        guard eTag.count > 2, eTag.hasPrefix("\""), eTag.hasSuffix("\"") else { return eTag }
        return String(eTag.dropFirst().dropLast())
    }
}

/// What kind of event a name stands for.
enum EventName {
    case created, removed, other

    /// `name` without `s3:`. A completed restore counts as created: the bytes can be read now.
    init(_ name: String) {
        if name.hasPrefix("ObjectCreated:") || name == "ObjectRestore:Completed" {
            self = .created
        } else if name.hasPrefix("ObjectRemoved:") || name.hasPrefix("LifecycleExpiration:") {
            self = .removed
        } else {
            self = .other
        }
    }
}
