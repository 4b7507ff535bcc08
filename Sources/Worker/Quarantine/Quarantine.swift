// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials

/// Where a hopeless message goes, with its reason, before it is deleted.
package protocol Quarantine: Sendable {
    /// Returns when `record` is durable. `id` is the same for the same failure of the same message.
    func store(_ record: QuarantineRecord, id: String) async throws

    /// Whether an object was stored by this, so that its own event is not worked on.
    func holds(_ object: ObjectName) -> Bool
}

extension Quarantine {
    package func holds(_ object: ObjectName) -> Bool { false }
}

/// All that is needed to understand a failed record, and to send it again: `body` is the original message.
package struct QuarantineRecord: Codable, Sendable, Equatable {
    package struct Timings: Codable, Sendable, Equatable {
        package var wait: Int64
        package var get: Int64
        package var decode: Int64
        package var put: Int64
        package var total: Int64
    }

    /// Of this structure.
    package var quarantineVersion = 1
    package var body: String
    /// Of the whole body in UTF-8, where `body` is only its beginning.
    package var bodyBytes: Int?
    package var messageID: String
    /// Which record of the message, from 0.
    package var record: Int
    package var bucket: String?
    package var key: String?
    package var versionID: String?
    package var eTag: String?
    package var error: String
    package var errorCode: String
    package var reason: String
    package var requestID: String?
    package var receiveCount: Int
    package var milliseconds: Timings
    package var host: String
    package var version: String

    /// One line of JSON, keys in order.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(self), as: UTF8.self)
        // Two characters that a key may have and no SQS message (SendMessage, API reference).
        return text.replacing("\u{FFFE}", with: "\\ufffe").replacing("\u{FFFF}", with: "\\uffff")
    }

    /// With the first `bytes` bytes of its body, or up to three fewer where a character's bytes would be cut.
    func cut(to bytes: Int) -> QuarantineRecord {
        let whole = body.utf8
        var end = whole.index(whole.startIndex, offsetBy: bytes, limitedBy: whole.endIndex) ?? whole.endIndex
        // By scalars: a cluster of them may be as long as the body.
        while end < whole.endIndex, whole[end] & 0xC0 == 0x80 { end = whole.index(before: end) }
        var record = self
        record.bodyBytes = whole.count
        record.body = String(decoding: whole[..<end], as: UTF8.self)
        return record
    }
}

/// Who we are, for quarantine records.
package struct WorkerIdentity: Sendable, Equatable {
    package var host: String
    package var version: String

    package init(host: String = "", version: String = "") {
        self.host = host
        self.version = version
    }
}

/// Objects under a prefix: storing the same failure twice leaves one.
package struct BucketQuarantine: Quarantine {
    private let store: any ObjectStore
    private let bucket: String
    private let prefix: String

    package init(store: any ObjectStore, bucket: String, prefix: String) {
        self.store = store
        self.bucket = bucket
        self.prefix = prefix
    }

    package func holds(_ object: ObjectName) -> Bool {
        object.bucket == bucket && object.key.hasPrefix(prefix) && object.key.hasSuffix(".json")
    }

    package func store(_ record: QuarantineRecord, id: String) async throws {
        let output = OutputObject(
            name: ObjectName(bucket: bucket, key: "\(prefix)\(id).json"),
            bytes: Array(try record.json().utf8),
            contentType: "application/json", metadata: [:])
        try await store.put(output, if: .none)
    }
}
