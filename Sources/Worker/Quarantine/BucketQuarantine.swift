// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The quarantine in a prefix of a bucket. Each record is the object `PREFIX<message id>-<index>.json`, so that a
/// record that is stored twice is one object.
package struct BucketQuarantine: Quarantine {
    private let store: any ObjectStore
    private let bucket: String
    private let prefix: String

    package init(store: any ObjectStore, bucket: String, prefix: String) {
        self.store = store
        self.bucket = bucket
        self.prefix = prefix
    }

    package var replacesRecords: Bool { true }

    package func holds(_ object: ObjectReference) -> Bool {
        (object.bucket == bucket || AccessPoint.hidesBucket(bucket)) && object.key.hasPrefix(prefix)
            && object.key.hasSuffix(".json")
    }

    package func store(_ record: QuarantineRecord, of message: Message) async throws {
        let output = OutputObject(
            name: ObjectReference(bucket: bucket, key: "\(prefix)\(record.id).json"),
            bytes: Array(try record.json().utf8), contentType: "application/json", metadata: [:])
        try await store.put(output, if: .none)
    }
}
