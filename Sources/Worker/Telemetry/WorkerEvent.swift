// SPDX-License-Identifier: Apache-2.0

/// The events that the worker logs, under the metadata key `event`. Their names are stable, for filters and alarms.
package enum WorkerEvent: String, Sendable, CaseIterable {
    /// All outputs of a source are stored.
    case pictureDone = "picture-done"
    /// A record needed no work.
    case recordSkipped = "record-skipped"
    /// A record failed, and the policy deletes its message.
    case pictureIgnored = "picture-ignored"
    /// A record failed, and its message becomes visible again after a delay.
    case pictureRetried = "picture-retried"
    /// A record failed permanently and is stored in the quarantine.
    case pictureQuarantined = "picture-quarantined"
    /// A message was made visible again through no fault of its own.
    case pictureReleased = "picture-released"
    /// The lease of a message ended during its processing.
    case leaseLost = "lease-lost"
    /// A failure could not be stored in the quarantine.
    case quarantineFailed = "quarantine-failed"
    case pollFailed = "poll-failed"
    case pollRecovered = "poll-recovered"
    /// Several long polls in a row returned empty before their wait time was over.
    case emptyPollsTooFast = "empty-polls-too-fast"
    /// A batch of heartbeats, deletes or releases failed as a whole and is repeated.
    case leaseCallFailed = "lease-call-failed"
    /// A delete or release was not confirmed while the lease lasted: the message becomes visible again.
    case settleFailed = "settle-failed"
    /// A dependency failed and the circuit breaker opened.
    case breakerOpened = "breaker-opened"
    /// The dependency works and the circuit breaker closed.
    case breakerClosed = "breaker-closed"
    case workerDraining = "worker-draining"
    /// The drain was forced: messages in flight are released unfinished.
    case workerStopForced = "worker-stop-forced"
    /// The drain is complete.
    case workerDrained = "worker-drained"
}
