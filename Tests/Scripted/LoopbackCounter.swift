// SPDX-License-Identifier: Apache-2.0

import Support

/// A counter that a test can wait for.
package final class LoopbackCounter: Sendable {
    private let value = Locked(0)

    package var count: Int { value.withLock { $0 } }

    package init() {}

    /// Adds one to the counter.
    package func add() { value.withLock { $0 += 1 } }

    /// Returns when `count` is at least `target`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func reaches(_ target: Int) async throws {
        while count < target { try await Task.sleep(for: .milliseconds(2)) }
    }
}
