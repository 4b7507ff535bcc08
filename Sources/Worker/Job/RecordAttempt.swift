// SPDX-License-Identifier: Apache-2.0

internal import Pixelation
internal import S3Events

/// The state of the attempts at one record, including the parts of a failed attempt that the next one and the log use.
struct RecordAttempt {
    let event: ObjectEvent
    let message: InFlightMessage
    var trace: RecordTrace
    /// The body of the message and the index of the record in it, by which a failure can be stored before the decoding;
    /// nil when other records of the message have to be processed as well.
    var onlyRecord: (body: OriginalBody, index: Int)?
    /// True when a failure was stored in the quarantine before the decoding, and the message was deleted.
    var isStoredEarly = false
    /// The spans of the record; nil when it is not traced.
    var spans: RecordSpans?
    /// True while the current attempt is in its commit section, which lasts from its first upload to its end.
    var isCommitting = false
    /// True when an attempt can have uploaded an output.
    private(set) var hasUploaded = false
    /// True when an absent source has been looked at a second time.
    var hasLookedAgain = false
    /// The SHA-256 of bytes that could not be pixelated and that nothing proves to be those of the source; nil when
    /// there are none.
    var unprovenDigest: [UInt8]?
    /// True when the record can be skipped because of the stamps of the outputs alone. False when an earlier attempt
    /// can have ended between its uploads and its check of the source, so that the source must be checked again.
    private(set) var maySkipUnread: Bool

    init(_ event: ObjectEvent, of message: InFlightMessage, trace: RecordTrace) {
        self.event = event
        self.message = message
        self.trace = trace
        maySkipUnread = !message.isRedelivered
    }

    /// The survey of the source that was downloaded last; nil before the first one.
    var survey: Survey? { trace.survey }

    /// Records the start of an attempt.
    mutating func begin() { isCommitting = false }

    /// Records the beginning of the uploads. After it, outputs of this record can have replaced newer ones.
    mutating func beginUpload() {
        hasUploaded = true
        maySkipUnread = false
    }

    /// The outcome of the record when all outputs are up to date: `.done` after an upload, and `.skipped` otherwise.
    var outcomeOfUpToDate: Outcome { hasUploaded ? .done : .skipped(.finished) }

    /// Returns `.retried` for a failure after which the message would be deleted, if outputs were already uploaded;
    /// otherwise `outcome`. The failure prevented the check of the source after the uploads, so the message must be
    /// received again regardless of the policy.
    func requiringCheck(_ outcome: Outcome) -> Outcome {
        guard hasUploaded, outcome.isFinal, let error = outcome.error else { return outcome }
        return .retried(error)
    }
}
