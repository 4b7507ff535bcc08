// SPDX-License-Identifier: Apache-2.0

/// How one record ended.
package enum Outcome: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case done, skipped, ignored, retried, quarantined, released, lost
    }

    /// The kinds that carry an error.
    package enum FailureKind: String, Sendable, CaseIterable {
        case ignored, retried, quarantined, released
    }

    package enum Skip: String, Sendable, CaseIterable {
        /// Outputs of this or a later version are in place.
        case finished
        /// The event is about an output of ours.
        case ownOutput = "own-output"
        case folder
        /// The key is none of those that the filter admits.
        case filtered
        case removed
        case foreignEvent = "foreign-event"
        case testEvent = "test-event"
    }

    /// All outputs are durable and of the source's current version.
    case done
    /// There was nothing to do.
    case skipped(Skip)
    /// Failed in a way that the policy lets pass.
    case ignored(WorkerError)
    case retried(WorkerError)
    case quarantined(WorkerError)
    /// Given back through no fault of its own, to come again after this time.
    case released(after: Duration, WorkerError?)
    /// The lease is gone: say nothing more about the message.
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

    /// Nothing more is to be done about this record, whatever becomes of the message.
    var isFinal: Bool {
        switch self {
        case .done, .skipped, .ignored, .quarantined: true
        case .retried, .released, .lost: false
        }
    }
}
