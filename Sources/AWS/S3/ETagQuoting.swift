// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A flag that is set for an S3-compatible store that accepts the ETag in the `If-Match` header of a PUT only without
/// quotation marks.
///
/// `S3Client.put` detects such a store: when a condition fails although the stored object has the ETag, the function
/// repeats the request with the ETag without quotation marks.
final class ETagQuoting: Sendable {
    private let unquoted = Atomic(false)

    /// True when the store requires ETags without quotation marks.
    var isUnquoted: Bool { unquoted.load(ordering: .relaxed) }

    func useUnquoted() { unquoted.store(true, ordering: .relaxed) }
}
