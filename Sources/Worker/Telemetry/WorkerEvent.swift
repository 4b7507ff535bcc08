// SPDX-License-Identifier: Apache-2.0

/// The log events of the worker. The raw value, the value of the metadata key `event`, is stable, because operators
/// define filters and alarms with it.
package enum WorkerEvent: String, Sendable, CaseIterable {
    /// All outputs of a source are stored.
    case pictureDone = "picture-done"
    /// A record needed no work.
    case recordSkipped = "record-skipped"
    /// A record failed, and the policy deletes its message.
    case pictureIgnored = "picture-ignored"
    /// A record failed, and its message becomes visible again after a delay.
    case pictureRetried = "picture-retried"
    /// A record failed permanently and was stored in the quarantine.
    case pictureQuarantined = "picture-quarantined"
    /// A record was not finished because of a stop of the worker or a failing dependency, and its message was released.
    case pictureReleased = "picture-released"
    /// The picture of a suspect message is downloaded and decoded alone.
    case pictureSuspect = "picture-suspect"
    /// The failure of a suspect message was stored in the quarantine before its picture is decoded for the last time.
    case pictureQuarantinedEarly = "picture-quarantined-early"
    /// The last attempt at a suspect message needs no quarantine record, although one was stored before.
    case letterObsolete = "letter-obsolete"
    /// The lease of a message ended during its processing.
    case leaseLost = "lease-lost"
    /// A failure could not be stored in the quarantine.
    case quarantineFailed = "quarantine-failed"
    case pollFailed = "poll-failed"
    case pollRecovered = "poll-recovered"
    /// The responses of several consecutive long polls were empty and arrived before the wait time had passed.
    case emptyPollsTooFast = "empty-polls-too-fast"
    /// A batch of heartbeats, deletes or releases failed as a whole and is repeated.
    case leaseCallFailed = "lease-call-failed"
    /// A delete or release was not confirmed before the end of the lease, so that the message becomes visible again.
    case settleFailed = "settle-failed"
    /// A dependency failed and the circuit breaker opened.
    case breakerOpened = "breaker-opened"
    /// The dependency works and the circuit breaker closed.
    case breakerClosed = "breaker-closed"
    case workerDraining = "worker-draining"
    /// The stop was forced, and messages in flight are released.
    case workerStopForced = "worker-stop-forced"
    /// The drain is complete.
    case workerDrained = "worker-drained"
}
