// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How a store wants the ETag in the condition of a PUT, learnt from its answers.
final class ETagQuoting: Sendable {
    private let bare = Atomic(false)

    /// Without the quotation marks.
    var areBare: Bool { bare.load(ordering: .relaxed) }

    func becomeBare() { bare.store(true, ordering: .relaxed) }
}
