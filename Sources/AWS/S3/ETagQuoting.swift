// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The record that an S3-compatible store requires the ETag in the `If-Match` header of a PUT without quotation marks.
///
/// `S3Client.put` detects such a store: when a condition fails although the stored object has the ETag, it repeats the
/// request with the ETag without quotation marks.
final class ETagQuoting: Sendable {
    private let unquoted = Atomic(false)

    /// True when the store requires ETags without quotation marks.
    var isUnquoted: Bool { unquoted.load(ordering: .relaxed) }

    func useUnquoted() { unquoted.store(true, ordering: .relaxed) }
}
