// SPDX-License-Identifier: Apache-2.0

import Support

/// The regions of buckets that are in another region than the client, as redirects of S3 reported them.
struct BucketRegions: Sendable {
    /// The maximum number of buckets that are stored. Requests for any further bucket are redirected each time.
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
