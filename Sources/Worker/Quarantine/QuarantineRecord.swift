// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import FoundationEssentials
internal import Support

/// A permanent failure in the form that the quarantine stores as JSON: in an object of a bucket, or in an attribute of
/// a dead letter (`QuarantineAttributes`). To process the message again, send the record, its `body` or the dead letter
/// to the source queue (`OriginalBody`).
///
/// Every text has a bound, so that the JSON without the body has at most 64 KiB.
package struct QuarantineRecord: Codable, Sendable, Equatable {
    /// The durations of the steps of the processing, in milliseconds.
    package struct Timings: Codable, Sendable, Equatable {
        package var wait: Int64
        package var get: Int64
        package var decode: Int64
        package var put: Int64
        package var total: Int64
    }

    /// The version of the JSON structure.
    package var quarantineVersion = 1
    /// The body of the message, or its beginning when the whole body is too long for the destination.
    package var body: String
    /// The length of the whole body in bytes of UTF-8; nil when `body` is the whole body.
    package var bodyBytes: Int?
    /// The id of the message, at most 128 bytes.
    package var messageID: String
    /// The index of the record in the message, counted from 0.
    package var record: Int
    package var bucket: String?
    package var key: String?
    package var versionID: String?
    package var eTag: String?
    /// The kind of the error, a raw value of `WorkerError.Kind`.
    package var error: String
    package var errorCode: String
    /// The description of the error in one sentence.
    package var reason: String
    package var requestID: String?
    package var receiveCount: Int
    package var milliseconds: Timings
    package var host: String
    package var version: String

    /// Returns the record as JSON on one line, with sorted keys.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(self), as: UTF8.self)
        // An object key may contain these two characters, an SQS message may not (API reference of SendMessage).
        return text.replacing("\u{FFFE}", with: "\\ufffe").replacing("\u{FFFF}", with: "\\uffff")
    }

    /// Returns the record with only the first `bytes` bytes of its body, or up to three fewer, so that the body ends
    /// with a complete Unicode scalar.
    func truncated(toBodyBytes bytes: Int) -> QuarantineRecord {
        guard body.utf8.count > bytes else { return self }
        var record = self
        record.bodyBytes = bodyBytes ?? body.utf8.count
        record.body = body.truncated(toBytes: bytes)
        return record
    }

    /// Returns the record without its body and with short texts. Its JSON has at most 1024 bytes, the smallest maximum
    /// message size that a queue can have. The key is left out when it is too long, and is never truncated.
    func shortened() throws -> QuarantineRecord {
        var record = truncated(toBodyBytes: 0)
        (record.versionID, record.eTag, record.requestID) = (nil, nil, nil)
        record.errorCode = errorCode.truncated(toBytes: 40)
        record.host = host.truncated(toBytes: 40)
        record.version = version.truncated(toBytes: 20)
        record.reason = reason.truncated(toBytes: 100)
        func isShort() throws -> Bool { try record.json().utf8.count <= Self.minimumQueueBytes }
        if try !isShort() { record.reason = "" }
        if try !isShort() { record.key = nil }
        if try !isShort() { record.bucket = nil }
        return record
    }

    /// The smallest maximum message size of a queue in bytes (SQS API Reference, SetQueueAttributes).
    private static let minimumQueueBytes = 1024
}

extension QuarantineRecord {
    init(
        _ error: WorkerError, _ trace: RecordTrace, of message: InFlightMessage, _ original: OriginalBody,
        index: Int, _ identity: WorkerIdentity
    ) {
        self.init(
            body: original.text, bodyBytes: original.bodyBytes,
            messageID: message.content.messageID.truncated(toBytes: 128).withoutControlCharacters,
            record: index,
            bucket: trace.source?.bucket ?? original.bucket, key: trace.source?.key,
            versionID: trace.versionID,
            eTag: trace.eTag,
            error: error.kind.rawValue, errorCode: error.code, reason: error.description,
            requestID: error.requestID, receiveCount: message.content.receiveCount,
            milliseconds: Timings(
                wait: trace.waitTime.inMilliseconds, get: trace.getTime.inMilliseconds,
                decode: trace.decodeTime.inMilliseconds, put: trace.putTime.inMilliseconds,
                total: trace.totalTime.inMilliseconds),
            host: identity.host, version: identity.version)
    }
}
