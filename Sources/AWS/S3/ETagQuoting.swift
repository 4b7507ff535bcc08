// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Remembers whether a store requires the ETag in the `If-Match` of a PUT without its quotation marks.
///
/// `S3Client.put` finds that out: after a failed condition whose ETag is that of the stored object, it sends the
/// unquoted one.
final class ETagQuoting: Sendable {
    private let unquoted = Atomic(false)

    /// True when the store requires unquoted ETags.
    var isUnquoted: Bool { unquoted.load(ordering: .relaxed) }

    func useUnquoted() { unquoted.store(true, ordering: .relaxed) }
}
