// SPDX-License-Identifier: Apache-2.0

/// The outcome of one record of a message.
package enum Outcome: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case done, skipped, ignored, retried, quarantined, released, lost
    }

    /// The kinds of outcomes that have an error.
    package enum FailureKind: String, Sendable, CaseIterable {
        case ignored, retried, quarantined, released
    }

    package enum Skip: String, Sendable, CaseIterable {
        /// All outputs were made from the version of the source in the event or from a later one.
        case finished
        /// The object is an output or a record of the quarantine.
        case ownOutput = "own-output"
        /// The object is empty and its key ends with a slash, as the S3 console names its folders.
        case folder
        /// The filter (`ObjectFilter`) does not select the key.
        case filtered
        /// The event announces a deletion.
        case removed
        /// The event is a known one that announces neither a new object nor a deletion.
        case foreignEvent = "foreign-event"
        /// The message is the test message that S3 sends when a notification is configured.
        case testEvent = "test-event"
    }

    /// All outputs are stored, and were made from the current source.
    case done
    /// The record needed no work.
    case skipped(Skip)
    /// The record failed, and the policy deletes the message.
    case ignored(WorkerError)
    /// The record failed. The message becomes visible again after a delay.
    case retried(WorkerError)
    /// The record failed permanently. It is stored in the quarantine before the message is deleted.
    case quarantined(WorkerError)
    /// The record was not finished, and the cause is not the record but, for example, a drain or a failing dependency.
    /// The message becomes visible again after this time. The error is nil when no error occurred before the release.
    case released(after: Duration, WorkerError?)
    /// The lease of the message was lost. Other workers can have received the message, so this worker does no more for
    /// it.
    case lost

    package var kind: Kind {
        switch self {
        case .done: .done
        case .skipped: .skipped
        case .ignored: .ignored
        case .retried: .retried
        case .quarantined: .quarantined
        case .released: .released
        case .lost: .lost
        }
    }

    package var error: WorkerError? {
        switch self {
        case .ignored(let error), .retried(let error), .quarantined(let error): error
        case .released(_, let error): error
        case .done, .skipped, .lost: nil
        }
    }

    /// True when the record is finished, so that it is not processed again when its message is received again.
    var isFinal: Bool {
        switch self {
        case .done, .skipped, .ignored, .quarantined: true
        case .retried, .released, .lost: false
        }
    }
}
