// SPDX-License-Identifier: Apache-2.0

/// The end of one record of a message.
package enum Outcome: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case done, skipped, ignored, retried, quarantined, released, lost
    }

    /// The kinds of outcome that have an error.
    package enum FailureKind: String, Sendable, CaseIterable {
        case ignored, retried, quarantined, released
    }

    package enum Skip: String, Sendable, CaseIterable {
        /// All outputs are those of this version or of a later one.
        case finished
        /// The object is an output or a record of the quarantine.
        case ownOutput = "own-output"
        /// The key ends with a slash, as the S3 console names its folders.
        case folder
        /// The filter does not select the key.
        case filtered
        /// The event announces a deletion.
        case removed
        /// The event announces something else than a new object.
        case foreignEvent = "foreign-event"
        /// S3 sent the message when the notification was configured.
        case testEvent = "test-event"
    }

    /// All outputs are stored, and they are those of the current source.
    case done
    /// The record needed no work.
    case skipped(Skip)
    /// The record failed, and the policy deletes the message.
    case ignored(WorkerError)
    /// The record failed. The message becomes visible again after a delay.
    case retried(WorkerError)
    /// The record failed permanently. It is stored in the quarantine before the message is deleted.
    case quarantined(WorkerError)
    /// The record was not finished, through no fault of its own. The message becomes visible again after this time.
    case released(after: Duration, WorkerError?)
    /// The lease is lost: other workers may have the message, so nothing more is done about it.
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

    /// True when this record is finished, even if its message is received again.
    var isFinal: Bool {
        switch self {
        case .done, .skipped, .ignored, .quarantined: true
        case .retried, .released, .lost: false
        }
    }
}
