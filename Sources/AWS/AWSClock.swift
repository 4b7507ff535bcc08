// SPDX-License-Identifier: Apache-2.0

/// The clock of this module: wall-clock time, uptime and waiting. Tests supply their own.
package protocol AWSClock: Sendable {
    /// Returns the seconds since 1970-01-01T00:00:00Z by the wall clock, which may be wrong and may jump.
    func now() -> Double

    /// Returns the time since a fixed moment. It never jumps and advances while the machine is suspended.
    func uptime() -> Duration

    /// Waits for `duration`.
    ///
    /// - Throws: `CancellationError` as soon as the calling task is cancelled.
    func sleep(for duration: Duration) async throws(CancellationError)
}
