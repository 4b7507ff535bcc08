// SPDX-License-Identifier: Apache-2.0

/// What the worker is doing, at one moment: for the status line, the health page and the watchdog.
package struct WorkerStatus: Sendable {
    /// Since the last poll that was answered; nil before the first.
    package var sinceLastPoll: Duration?
    /// Why polling fails at present.
    package var pollFailure: WorkerError?
    package var inFlight: Int
    /// Reserved for pictures, of `memoryBytes`.
    package var bytesInFlight: Int
    package var waitingForMemory: Int
    /// Since the receipt of the message that is held longest.
    package var oldestLease: Duration?
    package var done: UInt64
    package var skipped: UInt64
    /// To come again.
    package var retried: UInt64
    /// Failed in a way that the policy lets pass.
    package var passedOver: UInt64
    package var quarantined: UInt64
    /// Messages, in all; one that came again while it was worked on counts once.
    package var received: UInt64
    /// Received before by somebody: another replica, or an earlier life of this one.
    package var redelivered: UInt64
    package var deleted: UInt64
    package var released: UInt64
    /// Neither deletion nor release was confirmed: they come again by themselves.
    package var settleFailed: UInt64
    package var lostLeases: UInt64
    /// How long the oldest message of the last receive had waited; zero when the queue had none, nil when it does
    /// not tell.
    package var lag: Duration?
    /// Since the last picture that was done.
    package var sinceLastPicture: Duration?
    /// Grows with every finished step: what grows, lives.
    package var progress: UInt64
    package var sinceProgress: Duration
    package var isDraining: Bool
    /// The dependency that fails, since when, and how often it was probed.
    package var opening: (kind: WorkerError.Kind, since: Duration, probes: Int)?
    /// Why reasons cannot be stored, and since when.
    package var quarantineOpening: (kind: WorkerError.Kind, since: Duration)?
    /// What does not move and should; nil while all is well. The evidence for the watchdog.
    package var stall: String?
}
