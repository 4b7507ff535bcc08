// SPDX-License-Identifier: Apache-2.0

/// The events that the worker logs, under the metadata key `event`. Names are stable: operators filter by them.
package enum WorkerEvent: String, Sendable, CaseIterable {
    /// Five outputs are in place.
    case pictureDone = "picture-done"
    /// There was nothing to do.
    case recordSkipped = "record-skipped"
    /// Failed and passed over, as the policy says.
    case pictureIgnored = "picture-ignored"
    /// Failed; the message will come again.
    case pictureRetried = "picture-retried"
    /// Failed for good; stored with its reason.
    case pictureQuarantined = "picture-quarantined"
    /// Given back through no fault of its own.
    case pictureReleased = "picture-released"
    case leaseLost = "lease-lost"
    /// A message could not be stored in quarantine, or there is none.
    case quarantineFailed = "quarantine-failed"
    case pollFailed = "poll-failed"
    case pollRecovered = "poll-recovered"
    /// Long polls come back at once, several in a row: what stands before the queue does not wait.
    case emptyPollsTooFast = "empty-polls-too-fast"
    /// A heartbeat, delete or release call failed as a whole; it is repeated.
    case leaseCallFailed = "lease-call-failed"
    /// A delete or release was given up: the message comes again.
    case settleFailed = "settle-failed"
    case breakerOpened = "breaker-opened"
    case breakerClosed = "breaker-closed"
    case workerDraining = "worker-draining"
    case workerStopForced = "worker-stop-forced"
    case workerDrained = "worker-drained"
}
