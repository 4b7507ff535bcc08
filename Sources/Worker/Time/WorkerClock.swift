// SPDX-License-Identifier: Apache-2.0

/// The clock of the worker. All waits of the module use it, so that tests run in virtual time.
package protocol WorkerClock: Sendable {
    /// The time since an arbitrary moment. It is monotonic, and advances while the machine is suspended, as visibility
    /// timeouts do.
    var now: Duration { get }

    /// Calls `body` once at `time`, or at once when that time has passed.
    ///
    /// - Parameter body: A short function, which must not take a lock that is held during calls of this clock.
    /// - Returns: The identifier for `cancel`.
    func schedule(at time: Duration, _ body: @escaping @Sendable () -> Void) -> UInt64

    /// Cancels the scheduled call with the identifier `id`. A call that has begun is not affected.
    func cancel(_ id: UInt64)
}
