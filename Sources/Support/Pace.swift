// SPDX-License-Identifier: Apache-2.0

/// The pauses that keep work at or below a number of items a second. After a delay, at most one second is made up for.
package struct Pace: Sendable {
    /// The earliest time of the next items.
    private var next = ContinuousClock.now

    package init() {}

    /// Returns when `count` more items may begin.
    ///
    /// - Parameter rate: The maximum number of items a second, 1 or more.
    /// - Throws: `CancellationError`.
    package mutating func wait(for count: Int, perSecond rate: Int) async throws {
        try await Task.sleep(until: next, clock: .continuous)
        next = max(next, .now - .seconds(1)) + .seconds(1) / max(1, rate) * count
    }
}
