// SPDX-License-Identifier: Apache-2.0

import AWS
import Support
package import Worker

/// The failures in the quarantine, by their objects.
package struct SetAsideIndex: Sendable {
    /// The maximum number of failures that are kept.
    package static let limit = 20_000

    private struct Failure {
        var eTag: String?
        var code: String
    }

    private var failures: [ObjectReference: [Failure]] = [:]
    private var count = 0
    private let quarantine: (any Quarantine)?

    /// Makes an index without failures.
    ///
    /// - Parameter quarantine: the quarantine, whose own objects are no sources; nil for none.
    package init(quarantine: (any Quarantine)? = nil) { self.quarantine = quarantine }

    /// True when further failures are not kept.
    package var isFull: Bool { count >= Self.limit }

    /// Adds the failure of a quarantine record. A record without a bucket or a key, or one for which there is no room,
    /// is left out.
    package mutating func add(_ record: QuarantineRecord) {
        guard let bucket = record.bucket, let key = record.key, !isFull else { return }
        count += 1
        failures[ObjectReference(bucket: bucket, key: key), default: []].append(
            Failure(
                eTag: record.eTag.map { ETag.unquoted($0).truncated(toBytes: 128) },
                code: record.errorCode.truncated(toBytes: 100)))
    }

    /// Returns the error code of the failure of an object; nil when there is none. A failure of an object with another
    /// ETag is that of an earlier version.
    func code(bucket: String, key: String, eTag: String?) -> String? {
        failures[ObjectReference(bucket: bucket, key: key)]?
            .first { $0.eTag == nil || eTag == nil || $0.eTag == eTag }?.code
    }

    /// Returns true when an object is a quarantine record.
    func holds(_ object: ObjectReference) -> Bool { quarantine?.holds(object) ?? false }
}
