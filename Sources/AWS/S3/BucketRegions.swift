// SPDX-License-Identifier: Apache-2.0

import Support

/// Where buckets really are, learnt from answers.
struct BucketRegions: Sendable {
    /// Far more buckets than one worker reads from; beyond it, new ones are asked for again.
    static let limit = 1000

    private let known = Locked<[String: Region]>([:])

    subscript(bucket: String) -> Region? { known.withLock { $0[bucket] } }

    func remember(_ region: Region, of bucket: String) {
        known.withLock { known in
            guard known[bucket] != nil || known.count < Self.limit else { return }
            known[bucket] = region
        }
    }
}
