// SPDX-License-Identifier: Apache-2.0

/// An event of a simulation, for the table of what the schedules covered.
enum Fact: String, CaseIterable, Sendable {
    case severalWorkers = "several workers"
    case overwrite = "source overwritten"
    case overwriteDuringDecode = "source overwritten during its pixelation"
    case overwriteDuringUpload = "source overwritten during the upload of its outputs"
    case returned = "content returned (A, B, A)"
    case deletion = "source deleted"
    case deletionDuringWork = "source deleted during its pixelation"
    case reordered = "notification after that of a newer version"
    case repeated = "notification in two messages"
    case severalRecords = "message with several records"
    case unknownMessage = "message that is no notification of a new source"
    case broken = "broken picture"
    case quarantined = "failure stored in the quarantine"
    case quarantinedAtLast = "failure stored at the last receive"
    case quarantineFailed = "quarantine failed"
    case noQuarantine = "no quarantine"
    case throttled = "call throttled"
    case serverError = "call failed before its effect"
    case resetAfterEffect = "call failed after its effect"
    case timedOut = "call timed out"
    case denied = "call denied"
    case slow = "call took seconds"
    case refusal = "entry of a batch refused"
    case duplicate = "message received twice"
    case condition = "condition of a put not fulfilled"
    case unconditional = "store without conditional writes"
    case longWork = "pixelation longer than the visibility timeout"
    case crash = "process killed"
    case crashWhileWriting = "process killed during a put"
    case crashWhileDecoding = "process killed during a pixelation"
    case freeze = "process suspended"
    case freezePastVisibility = "process suspended past the visibility timeout"
    case reload = "reload"
    case reloadInFlight = "reload with messages in flight"
    case drain = "drain"
    case drainInFlight = "drain with messages in flight"
    case forcedStop = "drain ended by force"
    case retried = "picture retried"
    case released = "picture released"
    case leaseLost = "lease lost"
    case settleFailed = "delete or release not confirmed"
    case leaseCallFailed = "heartbeat, delete or release failed"
    case pollFailed = "poll failed"
    case breakerOpened = "circuit breaker opened"
    case halfOpenProbe = "probe while half-open"
    case breakerClosed = "circuit breaker closed"
    case suspect = "suspect message alone"

    /// The fact that a log event of the worker shows; nil for none.
    init?(event: String) {
        switch event {
        case "picture-quarantined": self = .quarantined
        case "quarantine-failed": self = .quarantineFailed
        case "picture-retried": self = .retried
        case "picture-released": self = .released
        case "lease-lost": self = .leaseLost
        case "settle-failed": self = .settleFailed
        case "lease-call-failed": self = .leaseCallFailed
        case "poll-failed": self = .pollFailed
        case "breaker-opened": self = .breakerOpened
        case "breaker-closed": self = .breakerClosed
        case "picture-suspect": self = .suspect
        case "worker-stop-forced": self = .forcedStop
        default: return nil
        }
    }

    init(_ kind: FaultRule.Kind) {
        switch kind {
        case .throttled: self = .throttled
        case .serverError: self = .serverError
        case .resetAfterEffect: self = .resetAfterEffect
        case .timedOut: self = .timedOut
        case .denied: self = .denied
        }
    }
}
