// SPDX-License-Identifier: Apache-2.0

import AWS
import Support
package import Worker

/// The failures in the quarantine, by their objects.
package struct SetAsideIndex: Sendable {
    /// The maximum number of failures that are kept.
    package static let limit = 20_000

    /// A failure of a version of an object.
    package struct Failure: Sendable, Equatable, Codable {
        var bucket: String
        var key: String
        /// The ETag without quotation marks, at most 128 bytes; nil for a failure of all versions.
        var eTag: String?
        var code: String
    }

    /// The failures in the order in which they were added.
    package private(set) var failures: [Failure] = []
    /// The indices in `failures` of each object.
    private var indices: [ObjectReference: [Int]] = [:]
    private let quarantine: (any Quarantine)?

    /// Makes an index.
    ///
    /// - Parameters:
    ///   - quarantine: the quarantine, whose own objects are no sources; nil for none.
    ///   - failures: the first failures. Those for which there is no room are left out.
    package init(quarantine: (any Quarantine)? = nil, failures: [Failure] = []) {
        self.quarantine = quarantine
        for failure in failures { add(failure) }
    }

    /// True when further failures are not kept.
    package var isFull: Bool { failures.count >= Self.limit }

    /// Adds the failure of a quarantine record. A record without a bucket or a key, or one for which there is no room,
    /// is left out.
    package mutating func add(_ record: QuarantineRecord) {
        guard let bucket = record.bucket, let key = record.key else { return }
        add(
            Failure(
                bucket: bucket, key: key,
                eTag: record.eTag.map { ETag.unquoted($0).truncated(toBytes: 128) },
                code: record.errorCode.truncated(toBytes: 100)))
    }

    private mutating func add(_ failure: Failure) {
        guard !isFull else { return }
        let object = ObjectReference(bucket: failure.bucket, key: failure.key)
        indices[object, default: []].append(failures.count)
        failures.append(failure)
    }

    /// Returns the error code of the failure of an object; nil when there is none. A failure of an object with another
    /// ETag is that of an earlier version.
    func code(bucket: String, key: String, eTag: String?) -> String? {
        indices[ObjectReference(bucket: bucket, key: key)]?.lazy.map { failures[$0] }
            .first { $0.eTag == nil || eTag == nil || $0.eTag == eTag }?.code
    }

    /// Returns true when an object is a quarantine record.
    func holds(_ object: ObjectReference) -> Bool { quarantine?.holds(object) ?? false }
}
