// SPDX-License-Identifier: Apache-2.0

internal import AWS

/// A message that this process has received and not settled yet.
struct InFlightMessage: Sendable {
    /// The message as it was received. The lease knows the latest receipt handle.
    let content: Message
    /// The time from the sending of the message to its receipt; nil when the queue does not report it.
    let age: Duration?
    let lease: LeaseManagerState.ID
    /// Cancels the work on the message.
    let stopSignal: StopSignal

    /// True when the message was received before: by another process, by an earlier run of this one, or by this one
    /// when its last attempt failed.
    var isRedelivered: Bool { content.receiveCount > 1 }
}
