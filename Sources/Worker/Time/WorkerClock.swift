// SPDX-License-Identifier: Apache-2.0

/// The clock of the worker. Everything in the module that waits uses it, so that tests run in virtual time.
package protocol WorkerClock: Sendable {
    /// The time since an arbitrary moment: monotonic, and running while the machine is suspended, as visibility
    /// timeouts do.
    var now: Duration { get }

    /// Calls `body` once at `time`, or at once if that is over.
    ///
    /// - Parameter body: A short function that takes no lock which is held during a call of this clock.
    /// - Returns: The identifier for `cancel`.
    func schedule(at time: Duration, _ body: @escaping @Sendable () -> Void) -> UInt64

    /// Cancels a call that has not begun. Does nothing otherwise.
    func cancel(_ id: UInt64)
}
