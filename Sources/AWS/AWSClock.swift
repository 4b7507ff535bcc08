// SPDX-License-Identifier: Apache-2.0

/// The clock of the module AWS: wall-clock time, uptime and waiting. Tests use a manual clock.
package protocol AWSClock: Sendable {
    /// Returns the number of seconds since 1970-01-01T00:00:00Z by the wall clock, which can be wrong and can jump.
    func now() -> Double

    /// Returns the time since a fixed moment, such as the boot. It never jumps, and it advances while the machine is
    /// suspended.
    func uptime() -> Duration

    /// Waits for `duration`.
    ///
    /// - Throws: `CancellationError` at once when the calling task is cancelled.
    func sleep(for duration: Duration) async throws(CancellationError)
}
