// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Pixelation
internal import Support

/// The data about the processing of one record for its log event and its quarantine record: names, sizes, times and
/// counts.
///
/// `WorkerLog` defines the name of each log field. The times are sums over all attempts at the record and their rounds.
struct RecordTrace: Sendable {
    var source: ObjectReference?
    /// The dialect of the notification (`ObjectEvent.Dialect`), such as `aws-s3` or `eventbridge`.
    var dialect: String?
    /// The ETag of the downloaded source, or before the download that of the event; at most 128 bytes.
    var eTag: String?
    /// The version id of the source, at most 1024 bytes.
    var versionID: String?
    /// The request id of the GetObject call, which AWS Support needs; at most 128 bytes.
    var requestID: String?
    /// The identifier of the trace of the record in hexadecimal digits; nil when the record is not traced.
    var traceID: String?
    /// The size in bytes of the source that was downloaded last.
    var bytesIn: Int?
    /// The total size in bytes of the outputs that the latest round made. Outputs that were already up to date are
    /// included, although they were not uploaded.
    var bytesOut: Int?
    var survey: Survey?
    /// The damage of the source in the latest round that pixelated it; empty if there was none.
    var damage: [Damage] = []
    /// The time of the waits for memory and for a processor.
    var waitTime = Duration.zero
    var getTime = Duration.zero
    /// The time of decoding, averaging and encoding on a processor.
    var decodeTime = Duration.zero
    /// The time from the first upload of a round to the end of the check of the source after the last upload.
    var putTime = Duration.zero
    /// The time from the start of the record to its outcome, without the storing in the quarantine.
    var totalTime = Duration.zero
    /// The number of rounds of the latest attempt. It is above 1 when the source or outputs changed during the
    /// processing.
    var rounds = 0
    /// The number of repeated attempts after failures that opened the circuit breaker.
    var probes = 0

    /// Adds the ETag, the version id and the request id of a downloaded source. A server can send texts of any length;
    /// those beyond the bounds are truncated.
    mutating func add(_ source: ObjectHead) {
        func bounded(_ text: String?, _ maximumBytes: Int) -> String? {
            text.map { $0.truncated(toBytes: maximumBytes).withoutControlCharacters }
        }
        eTag = bounded(source.unquotedETag, 128)
        versionID = bounded(source.versionID, 1024) ?? versionID
        requestID = bounded(source.requestID, 128)
    }

    /// True when the record had no damage and needed neither a second round nor a second attempt.
    var isPlain: Bool { damage.isEmpty && rounds <= 1 && probes == 0 }

    /// The number of bytes of all texts.
    var textBytes: Int {
        [source?.bucket, source?.key, dialect, eTag, versionID, requestID, traceID].reduce(0) {
            $0 + ($1?.utf8.count ?? 0)
        }
    }
}
