// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import FoundationEssentials
internal import Support

/// A permanent failure in the form that the quarantine stores as JSON. To process the message again, send `body` to the
/// source queue.
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
    /// with a complete UTF-8 character.
    func truncated(toBodyBytes bytes: Int) -> QuarantineRecord {
        let whole = body.utf8
        var end = whole.index(whole.startIndex, offsetBy: bytes, limitedBy: whole.endIndex) ?? whole.endIndex
        // The cut is between two scalars, not two grapheme clusters: one cluster may be as long as the body.
        while end < whole.endIndex, whole[end] & 0xC0 == 0x80 { end = whole.index(before: end) }
        var record = self
        record.bodyBytes = whole.count
        record.body = String(decoding: whole[..<end], as: UTF8.self)
        return record
    }
}

extension QuarantineRecord {
    init(
        _ error: WorkerError, _ trace: RecordTrace, of message: InFlightMessage, index: Int,
        _ identity: WorkerIdentity
    ) {
        self.init(
            body: message.content.body, messageID: message.content.messageID, record: index,
            bucket: trace.source?.bucket, key: trace.source?.key, versionID: trace.versionID,
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
