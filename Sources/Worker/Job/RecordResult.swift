// SPDX-License-Identifier: Apache-2.0

/// The result of one record of a message.
struct RecordResult: Sendable {
    let outcome: Outcome
    let trace: RecordTrace
    /// True when a quarantined record has been stored in the quarantine.
    var isStored = false
    /// True when the outcome has been counted and logged, in this receive of the message or in an earlier one.
    var isReported = false

    /// The approximate memory of the result in bytes: its texts, and the fixed size of its other parts.
    var bytes: Int { 512 + trace.textBytes + (outcome.error?.textBytes ?? 0) }

    /// True when the record is a permanent failure that has not been stored in the quarantine yet.
    var isStorePending: Bool {
        if case .quarantined = outcome { !isStored } else { false }
    }
}
