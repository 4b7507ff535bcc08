// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Worker

/// The bodies of messages and letters for tests.
enum LetterBodies {
    /// Returns the event notification of S3 about the creation of objects.
    static func notification(_ keys: String..., bucket: String = "pictures") -> String {
        let records = keys.map { key in
            #"{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","#
                + #""s3":{"bucket":{"name":"\#(bucket)"},"object":{"key":"\#(key)"}}}"#
        }
        return #"{"Records":["# + records.joined(separator: ",") + "]}"
    }

    private struct Record: Encodable {
        var quarantineVersion = 1
        var body: String
        var bodyBytes: Int?
        var messageID = "message-1"
        var record: Int
        var bucket: String?
        var key: String?
        var error: String
        var errorCode: String
        var reason = "pixelating: it failed"
        var receiveCount = 1
        var milliseconds = ["wait": 0, "get": 0, "decode": 0, "put": 0, "total": 0]
        var host = "host"
        var version = "1"
    }

    /// Returns the quarantine record of a failure of one record of `body`.
    static func record(
        _ kind: WorkerError.Kind, code: String, key: String? = nil, body: String, bodyBytes: Int? = nil,
        index: Int = 0
    ) throws -> String {
        let record = Record(
            body: body, bodyBytes: bodyBytes, record: index, bucket: key == nil ? nil : "pictures", key: key,
            error: kind.rawValue, errorCode: code)
        return String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
    }
}
