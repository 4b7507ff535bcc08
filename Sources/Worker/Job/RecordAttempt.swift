// SPDX-License-Identifier: Apache-2.0

internal import S3Events

/// The state of the attempts at one record: what a failed attempt leaves for the next one and for the log.
struct RecordAttempt {
    let event: ObjectEvent
    let message: InFlightMessage
    var trace: RecordTrace
    /// The stage of the present attempt, for the circuit breaker.
    var stage = CircuitBreakerState.Stage.read
    /// True inside the commit section of the present attempt.
    var isCommitting = false
    /// True when an attempt may have uploaded an output.
    private(set) var hasUploaded = false
    /// True when outputs that cover the event may be skipped without a look at the source. False when an earlier
    /// attempt may have ended between its uploads and its check of the source: that check is then made up for.
    private(set) var maySkipUnread: Bool

    init(_ event: ObjectEvent, of message: InFlightMessage, trace: RecordTrace) {
        self.event = event
        self.message = message
        self.trace = trace
        maySkipUnread = !message.isRedelivered
    }

    /// Starts an attempt.
    mutating func begin() {
        stage = .read
        isCommitting = false
    }

    /// Marks the beginning of the uploads. From here on the outputs in the bucket may be those of this record, stored
    /// over newer ones.
    mutating func beginUpload() {
        stage = .write
        hasUploaded = true
        maySkipUnread = false
    }

    /// The outcome when all outputs are up to date.
    var outcomeOfUpToDate: Outcome { hasUploaded ? .done : .skipped(.finished) }

    /// Returns `outcome`, or `.retried` when it is a final failure after an upload: the failure has kept the attempt
    /// from checking the source after its uploads, so the message has to be received again, whatever the policy says.
    func requiringCheck(_ outcome: Outcome) -> Outcome {
        guard hasUploaded, outcome.isFinal, let error = outcome.error else { return outcome }
        return .retried(error)
    }
}
